using ILGPU;
using ILGPU.Util;

namespace PureLlm.Kernels.Gpu;

/// <summary>c of a matrix product in float32, or one of its parts: what its sums start with, and where they are stored.</summary>
/// <remarks>The chain of fused multiply-adds starts with c or the bias, as on the processor.</remarks>
internal readonly struct MatMulOutput(ArrayView<float> c, ArrayView<float> bias, MatMulSizes sizes, int first)
{
    private readonly ArrayView<float> c = c;
    private readonly ArrayView<float> bias = bias;
    private readonly MatMulSizes sizes = sizes;
    private readonly int first = first;

    public bool StartsWithZero => sizes.Start == (int)MatMulStart.Zero;

    /// <summary>What the sums of four columns start with, where that is not zero.</summary>
    public Four Start(int row, int column) => new(StartOne(row, column), StartOne(row, column + 1), StartOne(row, column + 2), StartOne(row, column + 3));

    public float StartOne(int row, int column)
    {
        bool isBias = sizes.Start == (int)MatMulStart.Bias, inside = (row < sizes.M) & (column < sizes.N);
        ArrayView<float> from = isBias ? bias : c;
        return Utilities.Select(inside, from[Utilities.Select(inside, (isBias ? 0 : row * sizes.N) + column, 0)], 0f);
    }

    public void Store(int row, int column, Four sums)
    {
        if (row >= sizes.M) { return; }
        if (sizes.StoresFour != 0)
        {
            if (column < sizes.N) { c.Cast<Four>()[(first + (row * sizes.N) + column) >> 2] = sums; }
            return;
        }
        StoreOne(row, column, sums.A);
        StoreOne(row, column + 1, sums.B);
        StoreOne(row, column + 2, sums.C);
        StoreOne(row, column + 3, sums.D);
    }

    public void StoreOne(int row, int column, float sum)
    {
        if ((row < sizes.M) & (column < sizes.N)) { c[first + (row * sizes.N) + column] = sum; }
    }
}
