namespace PureLlm.Tokenizer.Models;

/// <summary>Characters in 30 classes by their first bytes: a mask of those that tokens put behind a character says of most borders that no token spans them.</summary>
internal static class JoinClass
{
    /// <summary>The class of a character that no token joins to the one before it; only <see cref="All"/> has its bit.</summary>
    public const int Never = 30;

    /// <summary>The class of what may always be joined; every mask has its bit.</summary>
    public const int Always = 31;

    /// <summary>The mask of a character at whose end each border must be looked at.</summary>
    public const uint All = uint.MaxValue;

    /// <summary>The mask of a character that tokens may join to any that can be joined at all.</summary>
    public const uint Any = All ^ (1U << Never);

    private const int FourBytes = 28;
    private const int Last = 29;

    /// <summary>The class of a character: by halves of what shares a first byte for three bytes, by the first byte for two.</summary>
    public static int Of(int codePoint) => codePoint switch
    {
        < 0x80 => codePoint % Never,
        < 0x800 => (codePoint >> 6) - 2,
        < 0x10000 => Math.Min(codePoint >> 11, Last),
        _ => FourBytes,
    };

    /// <summary>The mask of the characters beyond ASCII that begin with the bytes of a token, of which its end may have cut some off; 0 where none does.</summary>
    public static uint Beginning(ReadOnlySpan<byte> bytes)
    {
        int first = bytes[0];
        if (first is >= 0xE0 and < 0xF0)
        {
            int half = (first & 0x0F) << 1;
            return bytes.Length > 1 ? Bit(half | (bytes[1] >> 5 & 1)) : Bit(half) | Bit(half | 1);
        }
        return first is >= 0xC2 and < 0xE0 ? 1U << (first - 0xC2) : first is >= 0xF0 and < 0xF5 ? 1U << FourBytes : 0;

        static uint Bit(int half) => 1U << Math.Min(half, Last);
    }
}
