using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>What all scanners are made of: the kind of the character at a place, and the end of a run of kinds. ASCII never asks the Unicode table.</summary>
/// <remarks>A byte that is not part of valid UTF-8 (too long, surrogate, cut off, out of range) is one character of the kind <see cref="CharacterKind.Broken"/>.</remarks>
internal static unsafe class ScanText
{
    private static ReadOnlySpan<byte> AsciiKinds =>
    [
        14, 14, 14, 14, 14, 14, 14, 14, 14, 31, 31, 31, 31, 31, 14, 14,
        14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14,
        11, 24, 24, 24, 26, 24, 24, 24, 20, 21, 24, 25, 24, 19, 24, 24,
        8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 24, 24, 25, 25, 25, 24,
        24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 24, 21, 27, 18,
        27, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 20, 25, 21, 25, 14,
    ];

    /// <summary>Whether a kind is among the kinds of a mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Among(uint kinds, int kind) => (kinds >> kind & 1) != 0;

    /// <summary>The kind of an ASCII character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AsciiKind(uint character) => Unsafe.Add(ref MemoryMarshal.GetReference(AsciiKinds), character);

    /// <summary>The kind of the character at <paramref name="p"/>, which must lie before <paramref name="end"/>, and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KindAt(byte* p, byte* end, out int length)
    {
        uint b = *p;
        if (b < 0x80)
        {
            length = 1;
            return AsciiKind(b);
        }
        return WideKindAt(p, end, out length);
    }

    /// <summary>The code point at <paramref name="p"/> and its length; −1 and 1 for a byte that is not part of valid UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CodePointAt(byte* p, byte* end, out int length)
    {
        if (*p < 0x80)
        {
            length = 1;
            return *p;
        }
        return WideCodePointAt(p, end, out length);
    }

    /// <summary>The same for a byte beyond ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WideCodePointAt(byte* p, byte* end, out int length)
    {
        uint b = *p;
        if (b < 0xE0)
        {
            if (b >= 0xC2 && end - p >= 2 && (p[1] & 0xC0) == 0x80)
            {
                length = 2;
                return (int)(((b & 0x1F) << 6) | (p[1] & 0x3Fu));
            }
        }
        else if (b < 0xF0)
        {
            if (end - p >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
            {
                int code = (int)(((b & 0x0F) << 12) | ((p[1] & 0x3Fu) << 6) | (p[2] & 0x3Fu));
                if (code >= 0x800 && code >> 11 != 0xD800 >> 11)
                {
                    length = 3;
                    return code;
                }
            }
        }
        else if (b < 0xF5 && end - p >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80)
        {
            int code = (int)(((b & 0x07) << 18) | ((p[1] & 0x3Fu) << 12) | ((p[2] & 0x3Fu) << 6) | (p[3] & 0x3Fu));
            if (code is >= 0x10000 and <= 0x10FFFF)
            {
                length = 4;
                return code;
            }
        }
        length = 1;
        return -1;
    }

    /// <summary>A bit for each byte that lies in [first, last].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint InRange(Vector128<byte> bytes, byte first, byte last)
    {
        Vector128<byte> place = bytes - Vector128.Create(first);
        return Vector128.Equals(Vector128.Min(place, Vector128.Create((byte)(last - first))), place).ExtractMostSignificantBits();
    }

    /// <summary>The place after the run of ASCII letters at <paramref name="p"/>, 16 at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* AsciiLetters(byte* p, byte* end)
    {
        for (; end - p >= Vector128<byte>.Count; p += Vector128<byte>.Count)
        {
            uint others = InRange(Vector128.Load(p) | Vector128.Create((byte)0x20), (byte)'a', (byte)'z') ^ 0xFFFF;
            if (others != 0)
            {
                return p + BitOperations.TrailingZeroCount(others);
            }
        }
        while (p < end && (*p | 0x20u) - 'a' < 26)
        {
            p++;
        }
        return p;
    }

    /// <summary>The place after the run of letters at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Letters(byte* p, byte* end)
    {
        p = AsciiLetters(p, end);
        return p < end && *p >= 0x80 ? Run(p, end, CharacterKind.Letters) : p;
    }

    /// <summary>The place after the run of these kinds at <paramref name="p"/>.</summary>
    public static byte* Run(byte* p, byte* end, uint kinds)
    {
        while (p < end && Among(kinds, KindAt(p, end, out int length)))
        {
            p += length;
        }
        return p;
    }

    /// <summary>The place after at most <paramref name="most"/> numbers at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Numbers(byte* p, byte* end, int most)
    {
        for (; most > 0 && p < end && Among(CharacterKind.Numbers, KindAt(p, end, out int length)); most--)
        {
            p += length;
        }
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WideKindAt(byte* p, byte* end, out int length)
    {
        // Two bytes first: Latin, Greek, Cyrillic, Hebrew, Arabic.
        if (*p < 0xE0 && *p >= 0xC2 && end - p >= 2 && (p[1] & 0xC0) == 0x80)
        {
            length = 2;
            return CharacterTable.KindOfTwoBytes(((*p & 0x1F) << 6) | (p[1] & 0x3F));
        }
        int code = WideCodePointAt(p, end, out length);
        return code < 0 ? CharacterKind.Broken : CharacterTable.KindOf(code);
    }
}
