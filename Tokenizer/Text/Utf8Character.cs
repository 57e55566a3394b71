using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace PureLlm.Tokenizer.Text;

/// <summary>Characters read from UTF-8, forward and backward. A byte that belongs to no character counts as one of its own, <see cref="Broken"/>.</summary>
internal static class Utf8Character
{
    /// <summary>Stands for a byte that is not part of well-formed UTF-8: the number after the last code point.</summary>
    public const int Broken = 0x110000;

    /// <summary>The code point that starts at <paramref name="at"/>, which must lie inside the text, and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Decode(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        byte first = utf8[at];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }
        return DecodeWide(utf8[at..], out length);
    }

    /// <summary>The code point that ends before <paramref name="end"/>, which must not be 0, and its length in bytes.</summary>
    public static int DecodeBefore(ReadOnlySpan<byte> utf8, int end, out int length)
    {
        byte last = utf8[end - 1];
        if (last >= 0x80)
        {
            for (length = 2; length <= 4 && length <= end; length++)
            {
                if (utf8[end - length] >= 0xC0)
                {
                    int code = DecodeWide(utf8[(end - length)..end], out int decoded);
                    if (decoded == length && code != Broken)
                    {
                        return code;
                    }
                    break;
                }
            }
        }
        length = 1;
        return last < 0x80 ? last : Broken;
    }

    /// <summary>Writes a code point as UTF-8 and returns its length; the code point must be a scalar value.</summary>
    public static int Encode(int codePoint, Span<byte> utf8)
    {
        if (codePoint < 0x80)
        {
            utf8[0] = (byte)codePoint;
            return 1;
        }
        return new Rune(codePoint).EncodeToUtf8(utf8);
    }

    private static int DecodeWide(ReadOnlySpan<byte> utf8, out int length)
    {
        if (utf8.Length >= 2 && utf8[0] is >= 0xC2 and < 0xE0 && (utf8[1] & 0xC0) == 0x80)
        {
            length = 2;
            return ((utf8[0] & 0x1F) << 6) | (utf8[1] & 0x3F);
        }
        if (Rune.DecodeFromUtf8(utf8, out Rune rune, out length) == OperationStatus.Done)
        {
            return rune.Value;
        }
        length = 1;
        return Broken;
    }
}
