using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Unicode;

/// <summary>The kind of every code point, of Unicode 16.0: pages of 256 kinds that equal parts share, 50 KB in all.</summary>
/// <remarks>
/// tiktoken (regex-syntax), Hugging Face's tokenizers (Oniguruma) and .NET 10 agree with this version on every code point.
/// The data is written by CharacterTableGenerator in the tests.
/// </remarks>
internal static class CharacterTable
{
    /// <summary>The Unicode version of the categories.</summary>
    public const string Version = "16.0";

    private const int PageCount = 0x110000 >> 8;

    private static readonly byte[] Pages = new byte[PageCount];

    // The first eight pages are U+0000 to U+07FF themselves: what two bytes of UTF-8 can say needs one look-up.
    private static readonly byte[] Kinds;

    static CharacterTable()
    {
        byte[] packed = new byte[Base64.GetMaxDecodedFromUtf8Length(CharacterTableData.Packed.Length)];
        Base64.DecodeFromUtf8(CharacterTableData.Packed, packed, out _, out int length);
        ReadOnlySpan<byte> rest = packed.AsSpan(0, length);
        Expand(ref rest, Pages);
        Kinds = new byte[256 * (Pages.Max() + 1)];
        Expand(ref rest, Kinds);
    }

    /// <summary>The kind of a code point, which must lie in [0, 0x10FFFF].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KindOf(int codePoint) => Kinds[(Pages[codePoint >> 8] << 8) | (codePoint & 0xFF)];

    /// <summary>The kind of a code point below U+0800.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KindOfTwoBytes(int codePoint) => Kinds[codePoint];

    /// <summary>The general category of a code point.</summary>
    public static UnicodeCategory CategoryOf(int codePoint) =>
        KindOf(codePoint) is var kind and not CharacterKind.SpaceControl ? (UnicodeCategory)kind : UnicodeCategory.Control;

    /// <summary>Runs of equal bytes: the value, then the length less one in groups of seven bits, the low group first.</summary>
    private static void Expand(ref ReadOnlySpan<byte> packed, byte[] values)
    {
        for (int at = 0; at < values.Length;)
        {
            byte value = packed[0];
            int length = 1, shift = 0, i = 1;
            for (; packed[i] >= 0x80; i++, shift += 7)
            {
                length += (packed[i] & 0x7F) << shift;
            }
            length += packed[i] << shift;
            packed = packed[(i + 1)..];
            values.AsSpan(at, length).Fill(value);
            at += length;
        }
    }
}
