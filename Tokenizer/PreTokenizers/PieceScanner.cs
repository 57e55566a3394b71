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

    /// <summary>GPT-4: cl100k as it was published; the last white space of a text is cut after its last line break.</summary>
    public static PieceScanner Cl100k { get; } = new PieceScanner<Cl100kScan<ThreeDigits, NoTrailer>>("cl100k", Cl100kScan.Spellings);

    /// <summary>cl100k as tiktoken's Python package writes it since 0.9: white space that ends the text is one piece.</summary>
    public static PieceScanner Cl100kTrailing { get; } = new PieceScanner<Cl100kScan<ThreeDigits, Trailer>>("cl100k-trailing", Cl100kScan.TrailingSpellings);

    /// <summary>Llama 3: the same rule as <see cref="Cl100k"/>.</summary>
    public static PieceScanner Llama3 => Cl100k;

    /// <summary>Qwen 2, 2.5 and 3: as <see cref="Cl100k"/>, with every digit alone.</summary>
    public static PieceScanner Qwen2 { get; } = new PieceScanner<Cl100kScan<OneDigit, NoTrailer>>("qwen2", Cl100kScan.SingleDigitSpellings);

    /// <summary>The word tokenizer's own split.</summary>
    public static PieceScanner Words { get; } = new PieceScanner<WordScan>("words", [[WordSplit.Pattern]]);

    /// <summary>Every scanner.</summary>
    public static IReadOnlyList<PieceScanner> All { get; } = [Gpt2, Cl100k, Cl100kTrailing, Qwen2, Words];

    /// <summary>"gpt2", "cl100k" …</summary>
    public string Name { get; }

    /// <summary>The regular expressions that say the same, as tokenizer.json files have them; more than one where each cuts the pieces of the one before.</summary>
    public IReadOnlyList<string> Patterns => _spellings[0];

    /// <summary>The regular expression that says the same, where one does.</summary>
    public string Pattern => _spellings[0][0];

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
internal interface IPieceScan
{
    static abstract int NextLength(ReadOnlySpan<byte> utf8, int offset);
}

internal sealed class PieceScanner<TScan>(string name, params string[][] spellings) : PieceScanner(name, spellings)
    where TScan : struct, IPieceScan
{
    public override int NextLength(ReadOnlySpan<byte> utf8, int offset) => TScan.NextLength(utf8, offset);

    internal override void Encode(BytePairEncoder encoder, ReadOnlySpan<byte> text, int offset, TokenBuffer tokens) => encoder.EncodeText<TScan>(text, offset, tokens);
}
