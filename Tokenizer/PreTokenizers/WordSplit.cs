namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>The word tokenizer's split: <c> ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s</c>: a space belongs to what follows it, and each symbol stands alone.</summary>
internal static class WordSplit
{
    /// <summary>The same rule as a pattern, for files that other programs read.</summary>
    public const string Pattern = @" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s";

    /// <summary>The length in bytes of the piece that starts at <paramref name="offset"/>, which must lie inside the text.</summary>
    public static int NextLength(ReadOnlySpan<byte> utf8, int offset)
    {
        int body = utf8[offset] == ' ' && offset + 1 < utf8.Length ? offset + 1 : offset;
        CharacterClass kind = CharacterClasses.At(utf8, body, out int length);
        if (kind == CharacterClass.Space)
        {
            CharacterClasses.At(utf8, offset, out length);
            return length;
        }
        int end = kind == CharacterClass.Other ? body + length : CharacterClasses.EndOfRun(utf8, body + length, kind);
        return end - offset;
    }
}
