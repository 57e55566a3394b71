using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>y = f(a, b, y) for one element; an empty struct, so that each function is a kernel of its own.</summary>
internal interface IElementFunction
{
    static abstract bool ReadsB { get; }

    /// <summary>Whether y is read, where the launch accumulates; else it is 0.</summary>
    static abstract bool ReadsY { get; }

    static abstract float Invoke(float a, float b, float y, int i, ElementNumbers n);
}

/// <summary>first += dy · f(a, b), second += dy · g(a, b).</summary>
internal interface IElementSlopes
{
    static abstract float First(float a, float b);
    static abstract float Second(float a, float b);
}

/// <summary>Loops over independent elements, four to a thread: in one access of 16 bytes where the memory starts at a multiple of it.</summary>
internal static class ElementwiseKernels
{
    /// <summary>Threads for a number of elements.</summary>
    public static int Threads(int length) => (int)(((long)length + 3) / 4);

    public static void Run<TFunction>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, ElementNumbers n) where TFunction : struct, IElementFunction
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            Four va = a.Cast<Four>()[four], vb = default, vy = default;
            if (TFunction.ReadsB) { vb = b.Cast<Four>()[four]; }
            if (TFunction.ReadsY && n.Accumulates != 0) { vy = y.Cast<Four>()[four]; }
            y.Cast<Four>()[four] = new Four(
                TFunction.Invoke(va.A, vb.A, vy.A, i, n), TFunction.Invoke(va.B, vb.B, vy.B, i + 1, n),
                TFunction.Invoke(va.C, vb.C, vy.C, i + 2, n), TFunction.Invoke(va.D, vb.D, vy.D, i + 3, n));
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            float vb = 0f, vy = 0f;
            if (TFunction.ReadsB) { vb = b[i]; }
            if (TFunction.ReadsY && n.Accumulates != 0) { vy = y[i]; }
            y[i] = TFunction.Invoke(a[i], vb, vy, i, n);
        }
    }

    /// <summary>Two gradients in one pass, the first before the second; one that is not asked for is skipped.</summary>
    public static void RunSlopes<TSlopes>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> first, ArrayView<float> second, int hasFirst, int hasSecond, ElementNumbers n)
        where TSlopes : struct, IElementSlopes
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        if (four < fours && n.IsAligned != 0)
        {
            Four va = a.Cast<Four>()[four], vb = b.Cast<Four>()[four], g = dy.Cast<Four>()[four];
            if (hasFirst != 0)
            {
                Add(first, four, g, new Four(TSlopes.First(va.A, vb.A), TSlopes.First(va.B, vb.B), TSlopes.First(va.C, vb.C), TSlopes.First(va.D, vb.D)), n.Accumulates);
            }
            if (hasSecond != 0)
            {
                Add(second, four, g, new Four(TSlopes.Second(va.A, vb.A), TSlopes.Second(va.B, vb.B), TSlopes.Second(va.C, vb.C), TSlopes.Second(va.D, vb.D)), n.Accumulates);
            }
            return;
        }
        int i = 4 * four;
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            float va = a[i], vb = b[i], g = dy[i];
            if (hasFirst != 0) { first[i] = MathF.FusedMultiplyAdd(g, TSlopes.First(va, vb), n.Accumulates != 0 ? first[i] : 0f); }
            if (hasSecond != 0) { second[i] = MathF.FusedMultiplyAdd(g, TSlopes.Second(va, vb), n.Accumulates != 0 ? second[i] : 0f); }
        }
    }

    /// <summary>x = value, as the bits of a number: in 16 bits twice in a word.</summary>
    public static void Fill(ArrayView<ushort> x, uint word, int halvesOfNumber, ElementNumbers n)
    {
        int four = Grid.GlobalIndex.X, fours = n.Length >> 2;
        if (four > fours) { return; }
        int i = 4 * four;
        if (four < fours && n.IsAligned != 0)
        {
            float bits = Interop.IntAsFloat(word);
            if (halvesOfNumber == 2) { x.Cast<Four>()[four] = new Four(bits, bits, bits, bits); }
            else { x.Cast<TwoWords>()[four] = new TwoWords(word, word); }
            return;
        }
        for (int end = Math.Min(n.Length - i, 4) + i; i < end; i++)
        {
            if (halvesOfNumber == 2) { x.Cast<uint>()[i] = word; }
            else { x[i] = (ushort)word; }
        }
    }

    /// <summary>x = x / (√sumOfSquares[0] + ε); the first thread of a group takes the root and the quotient in float64.</summary>
    public static void Normalize(ArrayView<float> x, ArrayView<float> sumOfSquares, double epsilon, ElementNumbers n)
    {
        var shared = SharedMemory.Allocate<float>(1);
        if (Group.IdxX == 0) { shared[0] = (float)(1 / (Math.Sqrt(sumOfSquares[0]) + epsilon)); }
        Group.Barrier();
        n.Scale = shared[0];
        Run<ScaleFunction>(x, x, x, n);
    }

    private static void Add(ArrayView<float> into, int four, Four dy, Four slope, int accumulates)
    {
        Four sum = default;
        if (accumulates != 0) { sum = into.Cast<Four>()[four]; }
        into.Cast<Four>()[four] = new Four(
            MathF.FusedMultiplyAdd(dy.A, slope.A, sum.A), MathF.FusedMultiplyAdd(dy.B, slope.B, sum.B), MathF.FusedMultiplyAdd(dy.C, slope.C, sum.C), MathF.FusedMultiplyAdd(dy.D, slope.D, sum.D));
    }
}
