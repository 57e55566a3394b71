using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>c = start + a·b by tiles: a group computes one tile of c, or one part of its sums along k.</summary>
internal static class MatMulKernels
{
    // Rows of tiles that are computed side by side, so that the lines of b that they share stay in the second-level cache.
    private const int Band = 8;

    /// <summary>Side steps of k of both operands lie in shared memory, those that follow are on their way in registers.</summary>
    [Variants(typeof(MatMulVariants), nameof(MatMulVariants.Tiles))]
    public static void Tiles<TTile, TA, TB>(ArrayView<ushort> a, ArrayView<ushort> b, ArrayView<float> bias, ArrayView<float> c, MatMulSizes sizes)
        where TTile : struct, ITile<TTile> where TA : struct, IOperand where TB : struct, IOperand
    {
        // Lines of 4 · pitch floats, a four longer than the tile: banks of transposed stores then differ.
        int side = TTile.Side, edge = side * TTile.RowsPerThread, pitch = (edge / 4) + 1, half = side * pitch;
        var shared = SharedMemory.Allocate<Four>(4 * TTile.Side * ((TTile.Side * TTile.RowsPerThread / 4) + 1));
        int thread = Group.IdxX, tiles = sizes.TileRows * sizes.TileColumns, part = Grid.IdxX / tiles;
        int tile = Grid.IdxX - (part * tiles), band = tile / (Band * sizes.TileColumns), inBand = tile - (band * Band * sizes.TileColumns);
        int height = IntrinsicMath.Min(Band, sizes.TileRows - (band * Band));
        int firstRow = ((band * Band) + (inBand % height)) * edge, firstColumn = inBand / height * edge;
        int first = part * sizes.PartDepth, end = IntrinsicMath.Min(sizes.K, first + sizes.PartDepth);

        int lineA = Line<TTile, TA>(thread), depthA = Depth<TTile, TA>(thread), lineB = Line<TTile, TB>(thread), depthB = Depth<TTile, TB>(thread);
        int row = TTile.Row(thread), column = TTile.Column(thread);
        var output = new MatMulOutput(c, bias, sizes, part * sizes.M * sizes.N);
        TTile sums = default;
        if (!output.StartsWithZero) { sums = TTile.Start(output, firstRow + (4 * row), firstColumn + (4 * column)); }

        Two nextA = Load<TTile, TA>(a, firstRow + lineA, sizes.M, first + depthA, end, sizes.StrideA);
        Two nextB = Load<TTile, TB>(b, firstColumn + lineB, sizes.N, first + depthB, end, sizes.StrideB);
        Place<TTile, TA>(shared, 0, lineA, depthA, nextA);
        Place<TTile, TB>(shared, half, lineB, depthB, nextB);
        Group.Barrier();
        int here = 0;
        for (int k = first; k < end; k += side)
        {
            nextA = Load<TTile, TA>(a, firstRow + lineA, sizes.M, k + side + depthA, end, sizes.StrideA);
            nextB = Load<TTile, TB>(b, firstColumn + lineB, sizes.N, k + side + depthB, end, sizes.StrideB);
            for (int step = 0; step < side; step += 4)
            {
                ArrayView<Four> stepA = shared.SubView(here + (step * pitch) + row), stepB = shared.SubView(here + half + (step * pitch) + column);
                sums = TTile.Add(sums, stepA, stepB, 0);
                sums = TTile.Add(sums, stepA, stepB, pitch);
                sums = TTile.Add(sums, stepA, stepB, 2 * pitch);
                sums = TTile.Add(sums, stepA, stepB, 3 * pitch);
            }
            here = (2 * half) - here;
            Place<TTile, TA>(shared, here, lineA, depthA, nextA);
            Place<TTile, TB>(shared, here + half, lineB, depthB, nextB);
            Group.Barrier();
        }
        TTile.Store(sums, output, firstRow + (4 * row), firstColumn + (4 * column));
    }

    /// <summary>c = start + the sums of the parts, in order; rounded at random where c has 16 bits.</summary>
    public static void Join<TResult>(ArrayView<float> parts, ArrayView<float> bias, ArrayView<ushort> c, MatMulSizes sizes, int length) where TResult : struct, INumbers
    {
        int i = Grid.GlobalIndex.X;
        if (i >= length) { return; }
        float sum = 0f, held = 0f;
        if (sizes.Start == (int)MatMulStart.Bias) { sum = bias[i % sizes.N]; }
        if (sizes.Start == (int)MatMulStart.Result) { held = TResult.LoadExact(c, i); }
        if (!TResult.Rounds) { sum += held; }
        for (int part = 0; part < sizes.Parts; part++) { sum += parts[(part * length) + i]; }
        if (TResult.Rounds) { sum += held; }
        TResult.Store(c, i, sum, CounterRandom.Noise(sizes.FirstKey, sizes.SecondKey, (uint)(sizes.FirstNumber + i)));
    }

    // The place of the first four numbers that a thread loads into a tile of an operand; the second lie half a tile further.
    private static int Line<TTile, T>(int thread) where TTile : struct, ITile<TTile> where T : struct, IOperand
        => T.RunsAlongK ? thread / (TTile.Side / 4) : thread % (TTile.Side * TTile.RowsPerThread / 4) * 4;

    private static int Depth<TTile, T>(int thread) where TTile : struct, ITile<TTile> where T : struct, IOperand
        => T.RunsAlongK ? thread % (TTile.Side / 4) * 4 : thread / (TTile.Side * TTile.RowsPerThread / 4);

    private static Two Load<TTile, T>(ArrayView<ushort> memory, int line, int lines, int k, int end, int stride) where TTile : struct, ITile<TTile> where T : struct, IOperand
    {
        Four first = T.Load(memory, line, lines, k, end, stride);
        if (TTile.RowsPerThread == 4) { return new Two(first, default); }
        return T.RunsAlongK
            ? new Two(first, T.Load(memory, line + (4 * TTile.Side), lines, k, end, stride))
            : new Two(first, T.Load(memory, line, lines, k + (TTile.Side / 2), end, stride));
    }

    private static void Place<TTile, T>(ArrayView<Four> shared, int at, int line, int depth, Two numbers) where TTile : struct, ITile<TTile> where T : struct, IOperand
    {
        int pitch = (TTile.Side * TTile.RowsPerThread / 4) + 1;
        if (T.RunsAlongK)
        {
            ArrayView<float> column = shared.SubView(at).Cast<float>().SubView((depth * 4 * pitch) + line);
            Turn(column, 0, 4 * pitch, numbers.First);
            if (TTile.RowsPerThread == 8) { Turn(column, 4 * TTile.Side, 4 * pitch, numbers.Second); }
        }
        else
        {
            ArrayView<Four> places = shared.SubView(at + (depth * pitch) + (line / 4));
            places[0] = numbers.First;
            if (TTile.RowsPerThread == 8) { places[TTile.Side / 2 * pitch] = numbers.Second; }
        }
    }

    private static void Turn(ArrayView<float> column, int at, int pitch, Four numbers)
    {
        column[at] = numbers.A;
        column[at + pitch] = numbers.B;
        column[at + (2 * pitch)] = numbers.C;
        column[at + (3 * pitch)] = numbers.D;
    }

    /// <summary>What a thread loads of one operand at a time.</summary>
    private readonly struct Two(Four first, Four second)
    {
        public readonly Four First = first, Second = second;
    }
}
