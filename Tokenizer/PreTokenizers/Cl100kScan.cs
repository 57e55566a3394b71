namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>A number that is known when a generic loop is compiled.</summary>
internal interface IDigits
{
    static abstract int Most { get; }
}

internal struct OneDigit : IDigits
{
    public static int Most => 1;
}

internal struct ThreeDigits : IDigits
{
    public static int Most => 3;
}

/// <summary>Whether white space that ends the text is one piece, line breaks or not.</summary>
internal interface ITrailer
{
    static abstract bool Whole { get; }
}

internal struct Trailer : ITrailer
{
    public static bool Whole => true;
}

internal struct NoTrailer : ITrailer
{
    public static bool Whole => false;
}

/// <summary>The spellings of the cl100k family.</summary>
internal static class Cl100kScan
{
    public static readonly string[][] Spellings =
    [
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"],
    ];

    public static readonly string[][] TrailingSpellings =
    [
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"],
    ];

    public static readonly string[][] SingleDigitSpellings =
    [
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    ];
}

/// <summary>cl100k's split: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.</summary>
internal struct Cl100kScan<TDigits, TTrailer> : IPieceScan
    where TDigits : struct, IDigits
    where TTrailer : struct, ITrailer
{
    public static int NextLength(ReadOnlySpan<byte> utf8, int offset)
    {
        byte first = utf8[offset];
        if (first == '\'' && Contractions.LengthInAnyCase(utf8, offset) is var contraction and > 0)
        {
            return contraction;
        }
        CharacterClass kind = CharacterClasses.At(utf8, offset, out int length);
        int next = offset + length;
        switch (kind)
        {
            case CharacterClass.Letter:
                return CharacterClasses.EndOfRun(utf8, next, CharacterClass.Letter) - offset;
            case CharacterClass.Number:
                for (int count = 1; count < TDigits.Most && next < utf8.Length && CharacterClasses.At(utf8, next, out length) == CharacterClass.Number; count++)
                {
                    next += length;
                }
                return next - offset;
        }
        CharacterClass following = next < utf8.Length ? CharacterClasses.At(utf8, next, out length) : CharacterClass.Space;
        if (following == CharacterClass.Letter && first is not ((byte)'\r' or (byte)'\n'))
        {
            return CharacterClasses.EndOfRun(utf8, next + length, CharacterClass.Letter) - offset;
        }
        if (kind == CharacterClass.Other || (first == ' ' && following == CharacterClass.Other))
        {
            int end = CharacterClasses.EndOfRun(utf8, next, CharacterClass.Other);
            while (end < utf8.Length && utf8[end] is (byte)'\r' or (byte)'\n')
            {
                end++;
            }
            return end - offset;
        }
        return SpaceRuns.LengthWithLineBreaks(utf8, offset, TTrailer.Whole);
    }
}
