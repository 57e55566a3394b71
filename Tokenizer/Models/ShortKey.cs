using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>Up to 15 bytes and their length as two words, so that short pieces compare and hash without a loop.</summary>
internal readonly struct ShortKey(ulong low, ulong high)
{
    /// <summary>The longest piece that fits.</summary>
    public const int MaximumLength = 15;

    public readonly ulong Low = low;

    /// <summary>Bytes 8 to 14, and the length in the last byte: never 0 for a piece, so that 0 can mean an empty slot.</summary>
    public readonly ulong High = high;

    /// <summary>True where every byte is below 128.</summary>
    public bool IsAscii => ((Low | High) & 0x8080808080808080) == 0;

    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The key of 1 to 15 bytes; nothing beyond them is read.</summary>
    public static ShortKey Of(ReadOnlySpan<byte> piece)
    {
        ref byte first = ref MemoryMarshal.GetReference(piece);
        int length = piece.Length;
        ulong tag = (ulong)length << 56;
        if (length >= 8)
        {
            // The last eight bytes overlap the first eight; what is known already is shifted out, in two steps because a shift by 64 is none.
            ulong last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, length - 8));
            return new ShortKey(Unsafe.ReadUnaligned<ulong>(ref first), (last >> (4 * (16 - length)) >> (4 * (16 - length))) | tag);
        }
        if (length >= 4)
        {
            ulong last = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4));
            return new ShortKey(Unsafe.ReadUnaligned<uint>(ref first) | (last << (8 * (length - 4))), tag);
        }
        int middle = length / 2;
        return new ShortKey(first | ((ulong)Unsafe.Add(ref first, middle) << (8 * middle)) | ((ulong)Unsafe.Add(ref first, length - 1) << (8 * (length - 1))), tag);
    }

    /// <summary>The key of 1 to 15 bytes where 16 bytes can be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortKey Load(ref byte piece, int length)
    {
        ref byte mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(Masks), 16 - length);
        ulong low = Unsafe.ReadUnaligned<ulong>(ref piece) & Unsafe.ReadUnaligned<ulong>(ref mask);
        ulong high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref piece, 8)) & Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref mask, 8));
        return new ShortKey(low, high | ((ulong)length << 56));
    }
}
