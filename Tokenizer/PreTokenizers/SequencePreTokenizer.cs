using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Sequence: pre-tokenizers one after the other, each cutting the pieces of the one before.</summary>
public sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    private readonly PreTokenizer[] _steps = [.. steps];

    /// <inheritdoc/>
    public override string Type => "Sequence";

    /// <summary>The pre-tokenizers, in order.</summary>
    public IReadOnlyList<PreTokenizer> Steps => _steps;

    /// <inheritdoc/>
    public override PieceScanner? Scanner { get; } = FindScanner(steps);

    /// <summary>The steps but a ByteLevel that only maps bytes.</summary>
    internal IEnumerable<PreTokenizer> CuttingSteps => Cutting(_steps);

    /// <inheritdoc/>
    public override void Split(AlignedText text, PieceList pieces)
    {
        foreach (PreTokenizer step in _steps)
        {
            step.Split(text, pieces);
        }
    }

    /// <summary>The scanner of splits by published patterns, with or without a ByteLevel after them that only maps bytes.</summary>
    private static PieceScanner? FindScanner(IReadOnlyList<PreTokenizer> steps)
    {
        PreTokenizer[] cutting = [.. Cutting(steps)];
        return cutting.Length == 1 ? cutting[0].Scanner
            : cutting is [DigitsPreTokenizer { IndividualDigits: true }, { } last] && last.Scanner == PieceScanner.Gpt2 ? PieceScanner.StarCoderDigits
            : cutting.All(step => step is SplitPreTokenizer { IsPlainPattern: true })
                ? PieceScanner.Find([.. cutting.Select(step => ((SplitPreTokenizer)step).Pattern)]) : null;
    }

    private static IEnumerable<PreTokenizer> Cutting(IReadOnlyList<PreTokenizer> steps) => steps.Where(step => step is not ByteLevelPreTokenizer { ChangesNothing: true });
}
