using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Numbers as a computation reads them, in a format that a library multiplies.</summary>
internal static class ConvertKernels
{
    public static void Widen<TNumbers>(ArrayView<ushort> x, ArrayView<float> y, int length) where TNumbers : struct, INumbers
    {
        int i = Grid.GlobalIndex.X;
        if (i < length) { y[i] = TNumbers.Load(x, i); }
    }

    /// <summary>To the nearest bfloat16, ties to even.</summary>
    public static void Narrow<TNumbers>(ArrayView<ushort> x, ArrayView<ushort> y, int length) where TNumbers : struct, INumbers
    {
        int i = Grid.GlobalIndex.X;
        if (i < length) { y[i] = (ushort)RoundedBits.NearestBFloat16(TNumbers.Load(x, i)); }
    }

    /// <summary>The same for fours.</summary>
    public static void NarrowFour<TNumbers>(ArrayView<ushort> x, ArrayView<TwoWords> y, int fours) where TNumbers : struct, INumbers
    {
        int i = Grid.GlobalIndex.X;
        if (i >= fours) { return; }
        Four numbers = TNumbers.LoadFour(x, i);
        y[i] = new TwoWords(
            RoundedBits.NearestBFloat16(numbers.A) | (RoundedBits.NearestBFloat16(numbers.B) << 16), RoundedBits.NearestBFloat16(numbers.C) | (RoundedBits.NearestBFloat16(numbers.D) << 16));
    }
}
