using System.Runtime.InteropServices;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

internal partial class PlainBackend
{
    public override void Narrow(View x, View y, StorageFormat format)
    {
        Span<ushort> words = MemoryMarshal.Cast<float, ushort>(y.Span);
        for (int i = 0; i < x.Length; i++) { words[i] = format == StorageFormat.Float16 ? BitConverter.HalfToUInt16Bits((Half)x.Span[i]) : BFloat(x.Span[i]); }
    }

    public override void Widen(View x, View y, StorageFormat format)
    {
        Span<ushort> words = MemoryMarshal.Cast<float, ushort>(x.Span);
        for (int i = 0; i < y.Length; i++) { y.Span[i] = format == StorageFormat.Float16 ? (float)BitConverter.UInt16BitsToHalf(words[i]) : BitConverter.UInt32BitsToSingle((uint)words[i] << 16); }
    }

    /// <summary>The nearer of the two neighbours with 16 zero bits; of two equally near ones, the even one.</summary>
    private static ushort BFloat(float x)
    {
        uint below = BitConverter.SingleToUInt32Bits(x) >> 16;
        if (float.IsNaN(x)) { return (ushort)(below | 0x40); }
        if (float.IsInfinity(x)) { return (ushort)below; }
        double low = BitConverter.UInt32BitsToSingle(below << 16), high = 2 * Math.Abs(low) >= 2 * 3.38e38 ? Math.CopySign(Math.Pow(2, 128), x) : BitConverter.UInt32BitsToSingle((below + 1) << 16);
        double toLow = Math.Abs(x - low), toHigh = Math.Abs(x - high);
        return (ushort)(toLow < toHigh || (toLow == toHigh && below % 2 == 0) ? below : below + 1);
    }
}
