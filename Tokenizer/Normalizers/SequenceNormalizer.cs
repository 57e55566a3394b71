using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Normalizers;

/// <summary>Sequence: normalizers one after the other.</summary>
public sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    private readonly Normalizer[] _steps = [.. steps];

    /// <inheritdoc/>
    public override string Type => "Sequence";

    /// <summary>The normalizers, in order.</summary>
    public IReadOnlyList<Normalizer> Steps => _steps;

    /// <inheritdoc/>
    public override bool Leaves(ReadOnlySpan<byte> utf8)
    {
        foreach (Normalizer step in _steps)
        {
            if (!step.Leaves(utf8))
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        foreach (Normalizer step in _steps)
        {
            step.Normalize(text);
        }
    }
}
