using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>The spellings of the cl100k family.</summary>
internal static class Cl100kScan
{
    public static readonly string[][] Spellings =
    [
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"],
    ];

    // tiktoken writes \p{N}{1,3}+, which tokenizer.json's engine reads as (\p{N}{1,3})+.
    public static readonly string[][] WholeEndSpellings =
    [
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"],
    ];

    public static readonly string[][] MarkSpellings =
    [
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    ];

    public static readonly string[][] SingleDigitSpellings =
    [
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    ];
}

/// <summary>cl100k's split: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.</summary>
/// <typeparam name="TSingleDigits"><c>\p{N}</c> in place of <c>\p{N}{1,3}</c>.</typeparam>
/// <typeparam name="TWholeEnd"><c>\s++$</c> comes before the other white space.</typeparam>
/// <typeparam name="TMarks"><c>[\p{L}\p{M}]+</c> in place of <c>\p{L}+</c>, and <c>[^\s\p{L}\p{M}\p{N}]</c> for the symbols.</typeparam>
internal readonly unsafe struct Cl100kScan<TSingleDigits, TWholeEnd, TMarks> : IPieceScan
    where TSingleDigits : struct, IScanOption
    where TWholeEnd : struct, IScanOption
    where TMarks : struct, IScanOption
{
    public static uint Lasting => TMarks.On ? CharacterKind.Letters | CharacterKind.Marks : CharacterKind.Letters;

    private static uint Symbols => TMarks.On ? CharacterKind.Others & ~CharacterKind.Marks : CharacterKind.Others;

    public static bool TakesSymbol => true;

    public static byte* Next(byte* p, byte* end)
    {
        uint first = *p;
        if (first == '\'' && Contractions.LengthInAnyCase(p, end) is var contraction and > 0)
        {
            return p + contraction;
        }
        int kind = ScanText.KindAt(p, end, out int length);
        byte* next = p + length;
        if (ScanText.Among(Lasting, kind))
        {
            return EndOfWord(next, end);
        }
        if (ScanText.Among(CharacterKind.Numbers, kind))
        {
            return TSingleDigits.On ? next : ScanText.Numbers(next, end, 2);
        }
        if (next < end)
        {
            int following = ScanText.KindAt(next, end, out length);
            if (ScanText.Among(Lasting, following) && first is not ('\r' or '\n'))
            {
                return EndOfWord(next + length, end);
            }
            if (first == ' ' && ScanText.Among(Symbols, following))
            {
                kind = following;
                next += length;
            }
        }
        if (ScanText.Among(Symbols, kind))
        {
            return SpaceRuns.LineBreaks(ScanText.Run(next, end, Symbols), end, orSlash: false);
        }
        return SpaceRuns.NextByLines(p, end, TWholeEnd.On);
    }
    private static byte* EndOfWord(byte* p, byte* end) => TMarks.On ? ScanText.Run(ScanText.AsciiLetters(p, end), end, Lasting) : ScanText.Letters(p, end);
}
