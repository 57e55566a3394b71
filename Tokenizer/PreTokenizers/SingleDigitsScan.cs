using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>Every digit alone, and <see cref="Gpt2Scan"/> between them: white space before a digit stays together.</summary>
/// <typeparam name="TLater">Digits that Unicode 17.0 added count too, as "Digits" of tokenizer.json knows them; a pattern's <c>\p{N}</c> does not.</typeparam>
internal readonly unsafe struct SingleDigitsScan<TLater> : IPieceScan
    where TLater : struct, IScanOption
{
    public static readonly string[][] Spellings = [.. Gpt2Scan.Spellings.Select(spelling => (string[])[@"\p{N}", .. spelling])];

    public static uint Lasting => CharacterKind.Letters;

    public static byte* Next(byte* p, byte* end)
    {
        if (IsDigit(p, end, out int length))
        {
            return p + length;
        }
        byte* space = p;
        while (space < end && ScanText.Among(CharacterKind.Spaces, ScanText.KindAt(space, end, out length)))
        {
            space += length;
        }
        if (space > p && space < end && IsDigit(space, end, out _))
        {
            return space;
        }
        byte* next = Gpt2Scan.Next(p, end);
        return TLater.On ? BeforeLater(p, next, end) : next;
    }

    private static bool IsDigit(byte* p, byte* end, out int length) =>
        ScanText.Among(CharacterKind.Numbers, ScanText.KindAt(p, end, out length)) || (TLater.On && *p == 0xF0 && UnicodeSets.IsLaterNumber(ScanText.CodePointAt(p, end, out length)));

    /// <summary>The end of a piece that stops before a digit which the table of kinds does not know.</summary>
    private static byte* BeforeLater(byte* p, byte* next, byte* end)
    {
        while (p < next && !(*p == 0xF0 && UnicodeSets.IsLaterNumber(ScanText.CodePointAt(p, end, out _))))
        {
            p++;
        }
        return p;
    }
}
