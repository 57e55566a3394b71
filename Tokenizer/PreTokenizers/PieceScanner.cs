using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>One of the published split patterns as a scanner over UTF-8: no regular expression engine, no backtracking, any bytes.</summary>
/// <remarks>
/// The pieces always join to the text. A byte that is not part of valid UTF-8 is one character that is neither letter, digit nor white space
/// (a symbol), so arbitrary bytes are cut too. Scanners are stateless and shared between threads.
/// </remarks>
public abstract class PieceScanner
{
    private readonly string[][] _spellings;

    private protected PieceScanner(string name, params string[][] spellings)
    {
        Name = name;
        _spellings = spellings;
    }

    /// <summary>GPT-2, and tiktoken's r50k and p50k.</summary>
    public static PieceScanner Gpt2 { get; } = new PieceScanner<Gpt2Scan>("gpt2", Gpt2Scan.Spellings);

    /// <summary>GPT-4: cl100k as it was published; white space that ends a text is cut after its last line break.</summary>
    public static PieceScanner Cl100k { get; } = new PieceScanner<Cl100kScan<No, No, No>>("cl100k", Cl100kScan.Spellings);

    /// <summary>cl100k as tiktoken's Python package writes it since 0.9: white space that ends a text is one piece.</summary>
    public static PieceScanner Cl100kWholeEnd { get; } = new PieceScanner<Cl100kScan<No, Yes, No>>("cl100k-whole-end", Cl100kScan.WholeEndSpellings);

    /// <summary>GPT-4o: o200k.</summary>
    public static PieceScanner O200k { get; } = new PieceScanner<O200kScan<No>>("o200k", O200kScan.Spellings);

    /// <summary>Llama 3: the same rule as <see cref="Cl100k"/>.</summary>
    public static PieceScanner Llama3 => Cl100k;

    /// <summary>Qwen 2, 2.5 and 3: as <see cref="Cl100k"/>, with every digit alone.</summary>
    public static PieceScanner Qwen2 { get; } = new PieceScanner<Cl100kScan<Yes, No, No>>("qwen2", Cl100kScan.SingleDigitSpellings);

    /// <summary>Qwen 3.5: as <see cref="Qwen2"/>, with marks among the letters.</summary>
    public static PieceScanner Qwen35 { get; } = new PieceScanner<Cl100kScan<Yes, No, Yes>>("qwen3.5", Cl100kScan.MarkSpellings);

    /// <summary>StarCoder, SmolLM, Command R and others: as <see cref="Gpt2"/>, with every digit alone.</summary>
    public static PieceScanner StarCoder { get; } = new PieceScanner<SingleDigitsScan<No>>("starcoder", SingleDigitsScan<No>.Spellings);

    /// <summary>The same where tokenizer.json says "Digits" in place of a pattern.</summary>
    internal static PieceScanner StarCoderDigits { get; } = new PieceScanner<SingleDigitsScan<Yes>>("starcoder", SingleDigitsScan<Yes>.Spellings);

    /// <summary>DeepSeek V3 and R1: three splits, one after the other.</summary>
    public static PieceScanner DeepSeek { get; } = new PieceScanner<DeepSeekScan>("deepseek", DeepSeekScan.Spellings);

    /// <summary>Mistral's Tekken: as <see cref="O200k"/>, without contractions and with every digit alone.</summary>
    public static PieceScanner Tekken { get; } = new PieceScanner<O200kScan<Yes>>("tekken", O200kScan.TekkenSpellings);

    /// <summary>The word tokenizer's own split.</summary>
    public static PieceScanner Words { get; } = new PieceScanner<WordScan>("words", [[WordScan.Pattern]]);

    /// <summary>Every scanner.</summary>
    public static IReadOnlyList<PieceScanner> All { get; } = [Gpt2, Cl100k, Cl100kWholeEnd, O200k, Qwen2, Qwen35, StarCoder, DeepSeek, Tekken, Words];

    /// <summary>"gpt2", "cl100k" …</summary>
    public string Name { get; }

    /// <summary>The regular expressions that say the same, as tokenizer.json files have them; more than one where each cuts the pieces of the one before.</summary>
    public IReadOnlyList<string> Patterns => _spellings[0];

    /// <summary>The regular expression that says the same.</summary>
    /// <exception cref="InvalidOperationException">It takes more than one; see <see cref="Patterns"/>.</exception>
    public string Pattern => _spellings[0].Length == 1 ? _spellings[0][0] : throw new InvalidOperationException($"The scanner '{Name}' stands for {_spellings[0].Length} patterns, not for one; read Patterns.");

    /// <summary>The scanner of a pattern, in any of the spellings in which it was published; null for another pattern.</summary>
    public static PieceScanner? Find(string pattern) => Find([pattern]);

    /// <summary>The scanner of patterns that are applied one after the other; null for others.</summary>
    public static PieceScanner? Find(params ReadOnlySpan<string> patterns)
    {
        foreach (PieceScanner scanner in All)
        {
            foreach (string[] spelling in scanner._spellings)
            {
                if (patterns.SequenceEqual(spelling))
                {
                    return scanner;
                }
            }
        }
        return null;
    }

    /// <summary>The length in bytes of the piece that starts at <paramref name="offset"/>, which must lie inside the text.</summary>
    public abstract int NextLength(ReadOnlySpan<byte> utf8, int offset);

    /// <summary>Cuts and encodes in one loop.</summary>
    internal abstract void Encode(BytePairEncoder encoder, ReadOnlySpan<byte> text, int offset, TokenBuffer tokens);
}

/// <summary>A scan rule as a type, so that the encoder's loop can be compiled around it.</summary>
internal unsafe interface IPieceScan
{
    /// <summary>The end of the piece that starts at <paramref name="p"/>, which must lie before <paramref name="end"/>.</summary>
    static abstract byte* Next(byte* p, byte* end);

    /// <summary>Kinds of which a run is never parted, and a piece that is looked for inside one ends where the piece with the whole run ends; none where the rule has no such.</summary>
    static virtual uint Lasting => 0;

    /// <summary>Whether a symbol right before such a run, and beyond ASCII, is the beginning of the run's piece, not a piece of its own.</summary>
    static virtual bool TakesSymbol => false;
}

internal sealed unsafe class PieceScanner<TScan>(string name, params string[][] spellings) : PieceScanner(name, spellings)
    where TScan : struct, IPieceScan
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int NextLength(ReadOnlySpan<byte> utf8, int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)offset, (uint)utf8.Length, nameof(offset));
        fixed (byte* text = utf8)
        {
            return (int)(TScan.Next(text + offset, text + utf8.Length) - (text + offset));
        }
    }

    internal override void Encode(BytePairEncoder encoder, ReadOnlySpan<byte> text, int offset, TokenBuffer tokens) => encoder.EncodeText<TScan>(text, offset, tokens);
}
