using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>The word tokenizer's split: <c> ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s</c>: a space belongs to what follows it, and each symbol stands alone.</summary>
internal readonly unsafe struct WordScan : IPieceScan
{
    /// <summary>The same rule as a pattern, for files that other programs read.</summary>
    public const string Pattern = @" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s";

    public static byte* Next(byte* p, byte* end)
    {
        byte* body = *p == ' ' && end - p > 1 ? p + 1 : p;
        int kind = ScanText.KindAt(body, end, out int length);
        if (ScanText.Among(CharacterKind.Letters, kind))
        {
            return ScanText.Letters(body + length, end);
        }
        if (ScanText.Among(CharacterKind.Numbers, kind))
        {
            return ScanText.Run(body + length, end, CharacterKind.Numbers);
        }
        return ScanText.Among(CharacterKind.Spaces, kind) && body != p ? body : body + length;
    }
}
