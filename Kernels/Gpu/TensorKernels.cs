using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>c = start + a·b by tiles on tensor cores: operands rounded to tf32 or bf16, sums in float32.</summary>
/// <remarks>A group stages 16 words along k of both operands in shared memory, in two halves: one is filled while the other is multiplied. Lines of a word are 8 longer
/// than the tile, so that the 32 reads of a fragment meet 32 banks.</remarks>
internal static class TensorKernels
{
    private const int Depth = 16, WarpRows = 64, WarpColumns = 32, Padding = 8;

    [Variants(typeof(MatMulVariants), nameof(MatMulVariants.Tensor))]
    public static void Tiles<TPrecision, TWarps, TA, TB>(ArrayView<ushort> a, ArrayView<ushort> b, ArrayView<float> bias, ArrayView<float> c, MatMulSizes sizes)
        where TPrecision : struct, ITensorPrecision where TWarps : struct, ITensorWarps where TA : struct, IOperand where TB : struct, IOperand
    {
        int rows = WarpRows * TWarps.Rows, columns = WarpColumns * TWarps.Columns, pitchA = rows + Padding, pitchB = columns + Padding, sizeA = Depth * pitchA, half = sizeA + (Depth * pitchB);
        var shared = SharedMemory.Allocate<uint>(2 * Depth * ((WarpRows * TWarps.Rows) + (WarpColumns * TWarps.Columns) + (2 * Padding)));
        int tiles = sizes.TileRows * sizes.TileColumns, part = Grid.IdxX / tiles, tile = Grid.IdxX - (part * tiles);
        int firstRow = tile % sizes.TileRows * rows, firstColumn = tile / sizes.TileRows * columns;
        int first = part * sizes.PartDepth, end = IntrinsicMath.Min(sizes.K, first + sizes.PartDepth), step = Depth * TPrecision.Numbers;

        int warp = Group.IdxX / TensorLanes.Lanes, lane = Group.IdxX % TensorLanes.Lanes;
        int warpRow = warp / TWarps.Columns * WarpRows, warpColumn = warp % TWarps.Columns * WarpColumns;
        int row = firstRow + warpRow + TensorLanes.Row(lane), column = firstColumn + warpColumn + TensorLanes.Column(lane);
        var output = new MatMulOutput(c, bias, sizes, part * sizes.M * sizes.N);
        TensorSums sums = default;
        if (!output.StartsWithZero) { sums = TensorSums.Start(output, row, column); }

        Fill<TPrecision, TA>(shared, 0, a, firstRow, rows, sizes.M, first, end, sizes.StrideA);
        Fill<TPrecision, TB>(shared, sizeA, b, firstColumn, columns, sizes.N, first, end, sizes.StrideB);
        Group.Barrier();
        int here = 0;
        for (int k = first; k < end; k += step)
        {
            if (k + step < end)
            {
                Fill<TPrecision, TA>(shared, half - here, a, firstRow, rows, sizes.M, k + step, end, sizes.StrideA);
                Fill<TPrecision, TB>(shared, half - here + sizeA, b, firstColumn, columns, sizes.N, k + step, end, sizes.StrideB);
            }
            for (int word = 0; word < Depth; word += TensorLanes.Words)
            {
                int at = word + TensorLanes.Word(lane);
                ArrayView<uint> linesA = shared.SubView(here + (at * pitchA) + warpRow + TensorLanes.Row(lane)), linesB = shared.SubView(here + sizeA + (at * pitchB) + warpColumn + TensorLanes.Row(lane));
                sums = TensorSums.Add<TPrecision>(sums, linesA, 4 * pitchA, linesB, 4 * pitchB);
            }
            here = half - here;
            Group.Barrier();
        }
        sums.Store(output, row, column);
    }

    /// <summary>Stages 16 words along k of the lines from <paramref name="firstLine"/> on.</summary>
    private static void Fill<TPrecision, T>(ArrayView<uint> shared, int at, ArrayView<ushort> memory, int firstLine, int tileLines, int lines, int k, int end, int stride)
        where TPrecision : struct, ITensorPrecision where T : struct, IOperand
    {
        int pitch = tileLines + Padding, fours = tileLines * Depth / 4;
        for (int i = Group.IdxX; i < fours; i += Group.DimX)
        {
            // Neighbouring threads read neighbouring memory: along k, or along the lines.
            int line = T.RunsAlongK ? i / (Depth / 4) : i % (tileLines / 4) * 4, word = T.RunsAlongK ? i % (Depth / 4) * 4 : i / (tileLines / 4);
            Words words = TPrecision.Load<T>(memory, firstLine + line, lines, k + (word * TPrecision.Numbers), end, stride);
            ArrayView<uint> place = shared.SubView(at + (word * pitch) + line);
            int apart = T.RunsAlongK ? pitch : 1;
            place[0] = words.A;
            place[apart] = words.B;
            place[2 * apart] = words.C;
            place[3 * apart] = words.D;
        }
    }
}

/// <summary>The sums of a lane: 4×4 products of 16 rows and 8 columns.</summary>
internal struct TensorSums
{
    private TensorStrip strip0, strip1, strip2, strip3;

    public static TensorSums Start(MatMulOutput c, int row, int column) => new()
    {
        strip0 = TensorStrip.Start(c, row, column),
        strip1 = TensorStrip.Start(c, row + 16, column),
        strip2 = TensorStrip.Start(c, row + 32, column),
        strip3 = TensorStrip.Start(c, row + 48, column),
    };

    /// <summary>sums + a·b, 8 words deep; the second four words lie <paramref name="apartA"/> and <paramref name="apartB"/> further.</summary>
    public static TensorSums Add<TPrecision>(TensorSums sums, ArrayView<uint> a, int apartA, ArrayView<uint> b, int apartB) where TPrecision : struct, ITensorPrecision
    {
        Words first = new(b[0], b[8], b[16], b[24]), second = new(b[apartB], b[apartB + 8], b[apartB + 16], b[apartB + 24]);
        return new()
        {
            strip0 = TensorStrip.Add<TPrecision>(sums.strip0, new Words(a[0], a[8], a[apartA], a[apartA + 8]), first, second),
            strip1 = TensorStrip.Add<TPrecision>(sums.strip1, new Words(a[16], a[24], a[apartA + 16], a[apartA + 24]), first, second),
            strip2 = TensorStrip.Add<TPrecision>(sums.strip2, new Words(a[32], a[40], a[apartA + 32], a[apartA + 40]), first, second),
            strip3 = TensorStrip.Add<TPrecision>(sums.strip3, new Words(a[48], a[56], a[apartA + 48], a[apartA + 56]), first, second),
        };
    }

    public readonly void Store(MatMulOutput c, int row, int column)
    {
        strip0.Store(c, row, column);
        strip1.Store(c, row + 16, column);
        strip2.Store(c, row + 32, column);
        strip3.Store(c, row + 48, column);
    }
}

/// <summary>16 rows of it.</summary>
internal struct TensorStrip
{
    private Four sums0, sums1, sums2, sums3;

    public static TensorStrip Start(MatMulOutput c, int row, int column) => new() { sums0 = One(c, row, column), sums1 = One(c, row, column + 8), sums2 = One(c, row, column + 16), sums3 = One(c, row, column + 24) };

    public static TensorStrip Add<TPrecision>(TensorStrip strip, Words a, Words first, Words second) where TPrecision : struct, ITensorPrecision => new()
    {
        sums0 = TPrecision.Multiply(a, first.A, second.A, strip.sums0),
        sums1 = TPrecision.Multiply(a, first.B, second.B, strip.sums1),
        sums2 = TPrecision.Multiply(a, first.C, second.C, strip.sums2),
        sums3 = TPrecision.Multiply(a, first.D, second.D, strip.sums3),
    };

    public readonly void Store(MatMulOutput c, int row, int column)
    {
        StoreOne(c, row, column, sums0);
        StoreOne(c, row, column + 8, sums1);
        StoreOne(c, row, column + 16, sums2);
        StoreOne(c, row, column + 24, sums3);
    }

    private static Four One(MatMulOutput c, int row, int column) => new(c.StartOne(row, column), c.StartOne(row, column + 1), c.StartOne(row + 8, column), c.StartOne(row + 8, column + 1));

    private static void StoreOne(MatMulOutput c, int row, int column, Four sums)
    {
        c.StoreOne(row, column, sums.A);
        c.StoreOne(row, column + 1, sums.B);
        c.StoreOne(row + 8, column, sums.C);
        c.StoreOne(row + 8, column + 1, sums.D);
    }
}
