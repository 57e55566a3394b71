namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>GPT-2's split: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, scanned over UTF-8.</summary>
/// <remarks>
/// The pattern is the one published with GPT-2 (Radford et al. 2019). Bytes that are not UTF-8 count as symbols, so that any input splits
/// and the pieces always join to the input.
/// </remarks>
internal static class Gpt2Split
{
    /// <summary>The length in bytes of the piece that starts at <paramref name="offset"/>, which must lie inside the text.</summary>
    public static int NextLength(ReadOnlySpan<byte> utf8, int offset)
    {
        byte first = utf8[offset];
        if (first == '\'' && Contraction(utf8[offset..]) is var contraction and > 0)
        {
            return contraction;
        }
        int body = first == ' ' && offset + 1 < utf8.Length ? offset + 1 : offset;
        CharacterClass kind = CharacterClasses.At(utf8, body, out int length);
        if (kind != CharacterClass.Space)
        {
            return CharacterClasses.EndOfRun(utf8, body + length, kind) - offset;
        }
        return SpaceLength(utf8, offset);
    }

    /// <summary>A run of white space leaves its last character to what follows, unless it is alone or ends the text.</summary>
    private static int SpaceLength(ReadOnlySpan<byte> utf8, int offset)
    {
        int end = offset, last = offset;
        while (end < utf8.Length && CharacterClasses.At(utf8, end, out int length) == CharacterClass.Space)
        {
            last = end;
            end += length;
        }
        return end == utf8.Length || last == offset ? end - offset : last - offset;
    }

    private static int Contraction(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length >= 2 && utf8[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
        {
            return 2;
        }
        return utf8.Length >= 3 && (utf8[1], utf8[2]) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') ? 3 : 0;
    }
}
