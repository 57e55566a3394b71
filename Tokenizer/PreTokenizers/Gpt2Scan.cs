namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>GPT-2's split: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> (Radford et al. 2019).</summary>
internal struct Gpt2Scan : IPieceScan
{
    public static readonly string[][] Spellings =
    [
        [@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
        [@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
        [@"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"],
    ];

    public static int NextLength(ReadOnlySpan<byte> utf8, int offset)
    {
        byte first = utf8[offset];
        if (first == '\'' && Contractions.Length(utf8, offset) is var contraction and > 0)
        {
            return contraction;
        }
        int body = first == ' ' && offset + 1 < utf8.Length ? offset + 1 : offset;
        CharacterClass kind = CharacterClasses.At(utf8, body, out int length);
        return kind == CharacterClass.Space ? SpaceRuns.Length(utf8, offset) : CharacterClasses.EndOfRun(utf8, body + length, kind) - offset;
    }
}

internal struct WordScan : IPieceScan
{
    public static int NextLength(ReadOnlySpan<byte> utf8, int offset) => WordSplit.NextLength(utf8, offset);
}
