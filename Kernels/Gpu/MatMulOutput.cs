using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>c of a matrix product: what its sums start with, and how they are stored.</summary>
/// <remarks>In 32 bits the chain of fused multiply-adds starts with c or the bias, as on the processor. In 16 bits c is added to the finished sum, and what is stored is rounded at random.</remarks>
internal readonly struct MatMulOutput<TNumbers>(ArrayView<ushort> c, ArrayView<float> bias, MatMulSizes sizes, int first) where TNumbers : struct, INumbers
{
    private readonly ArrayView<ushort> c = c;
    private readonly ArrayView<float> bias = bias;
    private readonly MatMulSizes sizes = sizes;
    private readonly int first = first;

    public bool Holds(int row) => row < sizes.M;

    /// <summary>What the sums of four columns start with.</summary>
    public Four Start(int row, int column)
    {
        if (sizes.Start == (int)MatMulStart.Zero || !Holds(row)) { return default; }
        return new Four(StartOne(row, column), StartOne(row, column + 1), StartOne(row, column + 2), StartOne(row, column + 3));
    }

    public float StartOne(int row, int column)
    {
        if (column >= sizes.N) { return 0f; }
        if (sizes.Start == (int)MatMulStart.Bias) { return bias[column]; }
        return sizes.Start == (int)MatMulStart.Result && !TNumbers.Rounds ? TNumbers.LoadExact(c, (row * sizes.N) + column) : 0f;
    }

    public void Store(int row, int column, Four sums)
    {
        if (!Holds(row)) { return; }
        if (!TNumbers.Rounds && sizes.StoresFour != 0)
        {
            if (column < sizes.N) { TNumbers.StoreFour(c, (first + (row * sizes.N) + column) >> 2, sums, 0, 0, 0, 0); }
            return;
        }
        StoreOne(row, column, sums.A);
        StoreOne(row, column + 1, sums.B);
        StoreOne(row, column + 2, sums.C);
        StoreOne(row, column + 3, sums.D);
    }

    public void StoreOne(int row, int column, float sum)
    {
        if (column >= sizes.N) { return; }
        int i = first + (row * sizes.N) + column;
        if (TNumbers.Rounds)
        {
            if (sizes.Start == (int)MatMulStart.Result) { sum += TNumbers.LoadExact(c, i); }
            TNumbers.Store(c, i, sum, Noise(i));
            return;
        }
        TNumbers.Write(c, i, sum);
    }

    /// <summary>The processor's noise at a position: <see cref="CounterRandom"/>.</summary>
    private uint Noise(int i)
    {
        uint x = (uint)i ^ sizes.FirstKey;
        x = ((x ^ (x >> 16)) * 0x7FEB352Du) + sizes.SecondKey;
        x = (x ^ (x >> 15)) * 0x846CA68Bu;
        return x ^ (x >> 16);
    }
}
