using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <summary>c = start + a·bᵀ for few rows of a: each warp streams two rows of b once.</summary>
internal static class MatMulFewRowsKernels
{
    /// <summary>Columns of c that a warp computes.</summary>
    public const int ColumnsPerWarp = 2;

    [Variants(typeof(MatMulVariants), nameof(MatMulVariants.FewRows))]
    public static void Multiply<TRows, TA, TB>(ArrayView<ushort> a, ArrayView<ushort> b, ArrayView<float> bias, ArrayView<float> c, MatMulSizes sizes)
        where TRows : struct, IFewRows<TRows> where TA : struct, IOperand where TB : struct, IOperand
    {
        int warp = (Grid.IdxX * (Group.DimX / Warp.WarpSize)) + Warp.WarpIdx, column = warp * ColumnsPerWarp;
        if (column >= sizes.N) { return; }
        TRows sums = default;
        int stride = 4 * Warp.WarpSize;
        for (int k = 4 * Warp.LaneIdx; k < sizes.K; k += 2 * stride)
        {
            // Four loads of weights are on their way before the first is used.
            Four left = TB.Load(b, column, sizes.N, k, sizes.K, sizes.StrideB), right = TB.Load(b, column + 1, sizes.N, k, sizes.K, sizes.StrideB);
            Four nextLeft = TB.Load(b, column, sizes.N, k + stride, sizes.K, sizes.StrideB), nextRight = TB.Load(b, column + 1, sizes.N, k + stride, sizes.K, sizes.StrideB);
            sums = TRows.Add<TA>(sums, a, sizes, 0, k, left, right);
            sums = TRows.Add<TA>(sums, a, sizes, 0, k + stride, nextLeft, nextRight);
        }
        sums = TRows.OverLanes(sums);
        if (Warp.LaneIdx == 0) { TRows.Store(sums, new MatMulOutput(c, bias, sizes, 0), 0, column); }
    }
}

/// <summary>The sums of some rows of a with two columns, in registers.</summary>
internal interface IFewRows<TSelf> where TSelf : struct, IFewRows<TSelf>
{
    static abstract int Rows { get; }

    /// <summary>sums += a·b for four steps of k.</summary>
    static abstract TSelf Add<TA>(TSelf sums, ArrayView<ushort> a, MatMulSizes sizes, int row, int k, Four left, Four right) where TA : struct, IOperand;

    /// <summary>The sums over a warp, in a fixed tree.</summary>
    static abstract TSelf OverLanes(TSelf sums);

    static abstract void Store(TSelf sums, MatMulOutput c, int row, int column);
}

internal struct OneRow : IFewRows<OneRow>
{
    private float left, right;

    public static int Rows => 1;

    public static OneRow Add<TA>(OneRow sums, ArrayView<ushort> a, MatMulSizes sizes, int row, int k, Four left, Four right) where TA : struct, IOperand
    {
        Four x = TA.Load(a, row, sizes.M, k, sizes.K, sizes.StrideA);
        return new() { left = FourMath.Add(sums.left, x, left), right = FourMath.Add(sums.right, x, right) };
    }

    public static OneRow OverLanes(OneRow sums) => new() { left = OverLanes(sums.left), right = OverLanes(sums.right) };

    public static void Store(OneRow sums, MatMulOutput c, int row, int column)
    {
        float left = sums.left, right = sums.right;
        if (!c.StartsWithZero)
        {
            left += c.StartOne(row, column);
            right += c.StartOne(row, column + 1);
        }
        c.StoreOne(row, column, left);
        c.StoreOne(row, column + 1, right);
    }

    private static float OverLanes(float sum)
    {
        for (int distance = Warp.WarpSize >> 1; distance > 0; distance >>= 1) { sum += Warp.ShuffleXor(sum, distance); }
        return sum;
    }
}

/// <summary>Two times as many rows: 2, 4, 8.</summary>
internal struct Twice<TRows> : IFewRows<Twice<TRows>> where TRows : struct, IFewRows<TRows>
{
    private TRows first, second;

    public static int Rows => 2 * TRows.Rows;

    public static Twice<TRows> Add<TA>(Twice<TRows> sums, ArrayView<ushort> a, MatMulSizes sizes, int row, int k, Four left, Four right) where TA : struct, IOperand => new()
    {
        first = TRows.Add<TA>(sums.first, a, sizes, row, k, left, right),
        second = TRows.Add<TA>(sums.second, a, sizes, row + TRows.Rows, k, left, right),
    };

    public static Twice<TRows> OverLanes(Twice<TRows> sums) => new() { first = TRows.OverLanes(sums.first), second = TRows.OverLanes(sums.second) };

    public static void Store(Twice<TRows> sums, MatMulOutput c, int row, int column)
    {
        TRows.Store(sums.first, c, row, column);
        TRows.Store(sums.second, c, row + TRows.Rows, column);
    }
}
