using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>GPT-2's split: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> (Radford et al. 2019).</summary>
internal readonly unsafe struct Gpt2Scan : IPieceScan
{
    public static readonly string[][] Spellings =
    [
        [@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
        [@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
        [@"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"],
    ];

    public static uint Lasting => CharacterKind.Letters;

    public static byte* Next(byte* p, byte* end)
    {
        byte* start = p;
        if (*p == ' ')
        {
            p++;
            if (p == end)
            {
                return end;
            }
        }
        else if (*p == '\'' && Contractions.Length(p, end) is var contraction and > 0)
        {
            return p + contraction;
        }
        int kind = ScanText.KindAt(p, end, out int length);
        if (ScanText.Among(CharacterKind.Letters, kind))
        {
            return ScanText.Letters(p + length, end);
        }
        if (ScanText.Among(CharacterKind.Spaces, kind))
        {
            return SpaceRuns.Next(start, end);
        }
        return ScanText.Run(p + length, end, ScanText.Among(CharacterKind.Numbers, kind) ? CharacterKind.Numbers : CharacterKind.Others);
    }
}
