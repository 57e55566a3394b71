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

    /// <summary>The key of 1 to 15 bytes.</summary>
    public static ShortKey Of(ReadOnlySpan<byte> piece)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        piece.CopyTo(padded);
        return Load(ref MemoryMarshal.GetReference(padded), piece.Length);
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
