using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Between float32 and other formats, four elements to a thread.</summary>
internal static class StoredKernels
{
    /// <summary>y += scale·x, or y = scale·x, rounded at random.</summary>
    public static void Add<TNumbers>(ArrayView<float> x, ArrayView<ushort> y, ElementNumbers n) where TNumbers : struct, INumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            Four a = x.Cast<Four>()[four], sum = new(a.A * n.Scale, a.B * n.Scale, a.C * n.Scale, a.D * n.Scale);
            if (n.Accumulates != 0)
            {
                Four b = TNumbers.LoadFourExact(y, four);
                sum = new Four(
                    MathF.FusedMultiplyAdd(a.A, n.Scale, b.A), MathF.FusedMultiplyAdd(a.B, n.Scale, b.B), MathF.FusedMultiplyAdd(a.C, n.Scale, b.C), MathF.FusedMultiplyAdd(a.D, n.Scale, b.D));
            }
            TNumbers.StoreFour(y, four, sum, Noise(n, i), Noise(n, i + 1), Noise(n, i + 2), Noise(n, i + 3));
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            float sum = n.Accumulates != 0 ? MathF.FusedMultiplyAdd(x[i], n.Scale, TNumbers.LoadExact(y, i)) : x[i] * n.Scale;
            TNumbers.Store(y, i, sum, Noise(n, i));
        }
    }

    /// <summary>y = x rounded to nearest.</summary>
    public static void Narrow<TNumbers>(ArrayView<float> x, ArrayView<ushort> y, ElementNumbers n) where TNumbers : struct, INumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            TNumbers.WriteFour(y, four, x.Cast<Four>()[four]);
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++) { TNumbers.Write(y, i, x[i]); }
    }

    /// <summary>y = x, exactly.</summary>
    public static void Widen<TNumbers>(ArrayView<ushort> x, ArrayView<float> y, ElementNumbers n) where TNumbers : struct, INumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            y.Cast<Four>()[four] = TNumbers.LoadFourExact(x, four);
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++) { y[i] = TNumbers.LoadExact(x, i); }
    }

    /// <summary>y[i] = x[i] + b[i mod width].</summary>
    public static void AddRows<TNumbers>(ArrayView<float> x, ArrayView<ushort> b, ArrayView<float> y, int width, ElementNumbers n) where TNumbers : struct, INumbers
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            Four vx = x.Cast<Four>()[four], vb = TNumbers.LoadFour(b, four % (width >> 2));
            y.Cast<Four>()[four] = new Four(vx.A + vb.A, vx.B + vb.B, vx.C + vb.C, vx.D + vb.D);
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++) { y[i] = x[i] + TNumbers.Load(b, i % width); }
    }

    private static uint Noise(ElementNumbers n, int i) => CounterRandom.Noise(n.First, n.Second, (uint)i);
}
