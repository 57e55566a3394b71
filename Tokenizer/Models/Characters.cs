namespace PureLlm.Tokenizer.Models;

/// <summary>Steps through UTF-8 by character; a byte that belongs to no valid character is one of its own.</summary>
internal static class Characters
{
    /// <summary>The length in bytes of the character at the start of <paramref name="utf8"/>, which is not empty.</summary>
    public static int Length(ReadOnlySpan<byte> utf8)
    {
        byte first = utf8[0];
        if (first < 0x80)
        {
            return 1;
        }
        if (first < 0xE0)
        {
            return first >= 0xC2 && utf8.Length >= 2 && IsTrail(utf8[1]) ? 2 : 1;
        }
        if (first < 0xF0)
        {
            return utf8.Length >= 3 && IsTrail(utf8[1]) && IsTrail(utf8[2])
                && (first != 0xE0 || utf8[1] >= 0xA0) && (first != 0xED || utf8[1] < 0xA0) ? 3 : 1;
        }
        return first < 0xF5 && utf8.Length >= 4 && IsTrail(utf8[1]) && IsTrail(utf8[2]) && IsTrail(utf8[3])
            && (first != 0xF0 || utf8[1] >= 0x90) && (first != 0xF4 || utf8[1] < 0x90) ? 4 : 1;
    }

    /// <summary>How many characters there are.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        for (int i = 0; i < utf8.Length; i += Length(utf8[i..]))
        {
            count++;
        }
        return count;
    }

    private static bool IsTrail(byte b) => (b & 0xC0) == 0x80;
}
