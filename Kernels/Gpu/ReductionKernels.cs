using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A sum that a thread adds to; an empty struct.</summary>
internal interface IReduction
{
    static abstract float Add(float sum, float x);
}

/// <summary>Σ x.</summary>
internal readonly struct PlainSum : IReduction
{
    public static float Add(float sum, float x) => sum + x;
}

/// <summary>Σ x².</summary>
internal readonly struct SquareSum : IReduction
{
    public static float Add(float sum, float x) => MathF.FusedMultiplyAdd(x, x, sum);
}

/// <summary>Sums of a whole view in two stages: a sum for each chunk, then over the chunks. Chunks and trees depend on the length and the group size alone.</summary>
internal static class ReductionKernels
{
    /// <summary>Chunks at most; the second stage is one group.</summary>
    public const int MaxChunks = 1024;

    // Accesses of four that a thread makes at least, so that short views have few chunks.
    private const int MinAccesses = 8;

    /// <summary>Elements of a chunk, a multiple of four for each thread of a group.</summary>
    public static int Chunk(int length, int groupSize)
    {
        long row = 4L * groupSize, rows = (((length + (long)MaxChunks - 1) / MaxChunks) + row - 1) / row;
        return (int)(row * Math.Max(MinAccesses, rows));
    }

    /// <summary>sums[chunk] = the sum of the chunk's terms.</summary>
    public static void Chunks<TNumbers, TReduction>(ArrayView<ushort> x, ArrayView<float> sums, int chunk, ElementNumbers n) where TNumbers : struct, INumbers where TReduction : struct, IReduction
    {
        int first = Grid.IdxX * chunk, count = Math.Min(n.Length - first, chunk), read = 0;
        float a = 0f, b = 0f, c = 0f, d = 0f;
        if (n.IsAligned != 0)
        {
            int fours = count >> 2;
            for (int four = Group.IdxX; four < fours; four += Group.DimX)
            {
                Four v = TNumbers.LoadFour(x, (first >> 2) + four);
                a = TReduction.Add(a, v.A);
                b = TReduction.Add(b, v.B);
                c = TReduction.Add(c, v.C);
                d = TReduction.Add(d, v.D);
            }
            read = fours << 2;
        }
        for (int i = read + Group.IdxX; i < count; i += Group.DimX) { a = TReduction.Add(a, TNumbers.Load(x, first + i)); }
        float sum = GroupSum.Sum((a + b) + (c + d));
        if (Group.IdxX == 0) { sums[Grid.IdxX] = sum; }
    }

    /// <summary>result[0] = Σ sums, by one group.</summary>
    public static void Total(ArrayView<float> sums, ArrayView<float> result, int count)
    {
        float sum = 0f;
        for (int i = Group.IdxX; i < count; i += Group.DimX) { sum += sums[i]; }
        sum = GroupSum.Sum(sum);
        if (Group.IdxX == 0) { result[0] = sum; }
    }

    /// <summary>One thread: the factor that clips gradients, of the sums of their squares.</summary>
    public static void ClipFactor(ArrayView<float> sums, ArrayView<float> factor, double maximum, double unit, int count)
    {
        if (Grid.GlobalIndex.X > 0) { return; }
        double total = 0;
        for (int i = 0; i < count; i++) { total += sums[i]; }
        factor[0] = (float)(Clipping.Factor(Clipping.Norm(total, unit), maximum) / unit);
    }
}
