using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Products of tiles in shared memory, by a square group: thread (across, down) has rows 4·down … 4·down + 3 of a tile of 4·side rows.</summary>
/// <remarks>
/// Shared memory, in fours: two chunks [rows, <see cref="Depth"/> floats] of the factors of a score, or in their place one chunk
/// [rows / tiles, columns] of what the scores weigh; then the weights [other row, own row]. Rows are a four longer than they hold, so that
/// threads beside each other meet different banks.
/// </remarks>
internal static class AttentionTiles
{
    /// <summary>Floats of a row that lie in shared memory at once.</summary>
    public const int Depth = 32;

    /// <summary>Fours between two such rows.</summary>
    public const int ChunkRow = (Depth / 4) + 1;

    /// <summary>Rows of a tile in a group of 256 threads.</summary>
    private const int MostRows = 64;

    // Where the second factor's chunk begins.
    private const int Second = MostRows * ChunkRow;

    /// <summary>Where the weights begin, for every size of group.</summary>
    public const int Weights = 2 * Second;

    /// <summary>Fours of shared memory: 36 KB.</summary>
    public const int Shared = Weights + (MostRows * ((MostRows / 4) + 1));

    /// <summary>Copies the first Depth columns of two tiles of rows, times their factors; zeros where there is none.</summary>
    private static void LoadChunks<TRows, TGroup>(
        ArrayView<float> a, long aStart, int aStride, int aRows, float aFactor, ArrayView<float> b, long bStart, int bStride, int bRows, float bFactor, int size, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup
    {
        int four = Group.IdxX & ((Depth / 4) - 1), column = 4 * four, step = TGroup.Side * TGroup.Side / (Depth / 4);

        // Four loads are on their way at once; 256 threads need no second turn.
        for (int row = Group.IdxX / (Depth / 4); row < 4 * TGroup.Side; row += 2 * step)
        {
            Four a0 = TRows.Load(a, aStart, aStride, row, aRows, column, size), a1 = TRows.Load(a, aStart, aStride, row + step, aRows, column, size);
            Four b0 = TRows.Load(b, bStart, bStride, row, bRows, column, size), b1 = TRows.Load(b, bStart, bStride, row + step, bRows, column, size);
            int at = (row * ChunkRow) + four;
            shared[at] = FourMath.Scale(a0, aFactor);
            shared[at + (step * ChunkRow)] = FourMath.Scale(a1, aFactor);
            shared[at + Second] = FourMath.Scale(b0, bFactor);
            shared[at + Second + (step * ChunkRow)] = FourMath.Scale(b1, bFactor);
        }
    }

    /// <summary>Copies the columns of a panel of some rows, four of them a thread; zeros where there is none.</summary>
    private static void LoadPanel<TRows, TGroup, TColumns>(ArrayView<float> x, long start, int stride, int rows, int column, int size, ArrayView<Four> panel)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        int fours = TGroup.Side * TColumns.Tiles, four = Group.IdxX % fours, row = Group.IdxX / fours, step = TGroup.Side / TColumns.Tiles;
        column += 4 * four;
        Four x0 = TRows.Load(x, start, stride, row, rows, column, size), x1 = TRows.Load(x, start, stride, row + step, rows, column, size);
        Four x2 = TRows.Load(x, start, stride, row + (2 * step), rows, column, size), x3 = TRows.Load(x, start, stride, row + (3 * step), rows, column, size);
        panel[Group.IdxX] = x0;
        panel[Group.IdxX + (step * fours)] = x1;
        panel[Group.IdxX + (2 * step * fours)] = x2;
        panel[Group.IdxX + (3 * step * fours)] = x3;
    }

    /// <summary>a·bᵀ: own rows 4·down + r against other rows across + c·side, one chain along the row.</summary>
    public static AttentionTile Scores<TRows, TGroup>(
        ArrayView<float> a, long aStart, int aStride, int aRows, float aFactor, ArrayView<float> b, long bStart, int bStride, int bRows, float bFactor, int size, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup
    {
        AttentionTile sum = default;
        for (int left = size; left > 0; left -= Depth, aStart += Depth, bStart += Depth)
        {
            Group.Barrier();
            LoadChunks<TRows, TGroup>(a, aStart, aStride, aRows, aFactor, b, bStart, bStride, bRows, bFactor, left, shared);
            Group.Barrier();

            // Two fours of each row at once; the rows end in zeros. What changes from turn to turn is kept, so that nothing else is computed in it.
            int own = 4 * (Group.IdxX / TGroup.Side) * ChunkRow, other = Second + ((Group.IdxX & (TGroup.Side - 1)) * ChunkRow);
            for (int turns = (Math.Min(Depth, left) + 7) >> 3; turns > 0; turns--, own += 2, other += 2)
            {
                ArrayView<Four> x = shared.SubView(own), y = shared.SubView(other);
                sum = AddDots<TGroup>(sum, x, y, 0);
                sum = AddDots<TGroup>(sum, x, y, 1);
            }
        }
        return sum;
    }

    private static AttentionTile AddDots<TGroup>(AttentionTile sum, ArrayView<Four> x, ArrayView<Four> y, int at) where TGroup : struct, IAttentionGroup => sum.AddDots(
        x[at], x[at + ChunkRow], x[at + (2 * ChunkRow)], x[at + (3 * ChunkRow)],
        y[at], y[at + (TGroup.Side * ChunkRow)], y[at + (2 * TGroup.Side * ChunkRow)], y[at + (3 * TGroup.Side * ChunkRow)]);

    /// <summary>Keeps a tile of scores as the weights of its own rows, other row by other row.</summary>
    public static void StoreWeights<TGroup>(AttentionTile tile, ArrayView<Four> shared) where TGroup : struct, IAttentionGroup
    {
        int at = Weights + ((Group.IdxX & (TGroup.Side - 1)) * (TGroup.Side + 1)) + (Group.IdxX / TGroup.Side);
        shared[at] = new Four(tile.Row0.A, tile.Row1.A, tile.Row2.A, tile.Row3.A);
        shared[at + (TGroup.Side * (TGroup.Side + 1))] = new Four(tile.Row0.B, tile.Row1.B, tile.Row2.B, tile.Row3.B);
        shared[at + (2 * TGroup.Side * (TGroup.Side + 1))] = new Four(tile.Row0.C, tile.Row1.C, tile.Row2.C, tile.Row3.C);
        shared[at + (3 * TGroup.Side * (TGroup.Side + 1))] = new Four(tile.Row0.D, tile.Row1.D, tile.Row2.D, tile.Row3.D);
    }

    /// <summary>sum + weightsᵀ·x over the other rows in order, for the columns of a panel. The weights were stored by the whole group before, without a barrier.</summary>
    public static AttentionSum AddWeighted<TRows, TGroup, TColumns>(
        AttentionSum sum, ArrayView<float> x, long start, int stride, int rows, int column, int size, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        int fours = TGroup.Side * TColumns.Tiles, part = 4 * TGroup.Side / TColumns.Tiles, own = Weights + (Group.IdxX / TGroup.Side);
        for (int left = rows; left > 0; left -= part, start += (long)part * stride)
        {
            Group.Barrier();
            LoadPanel<TRows, TGroup, TColumns>(x, start, stride, left, column, size, shared);
            Group.Barrier();
            int other = Group.IdxX & (TGroup.Side - 1);
            for (int turns = part / 4; turns > 0; turns--, own += 4 * (TGroup.Side + 1), other += 4 * fours)
            {
                ArrayView<Four> weights = shared.SubView(own), y = shared.SubView(other);
                sum = TColumns.AddProduct(sum, weights[0], y, 0, TGroup.Side);
                sum = TColumns.AddProduct(sum, weights[TGroup.Side + 1], y, fours, TGroup.Side);
                sum = TColumns.AddProduct(sum, weights[2 * (TGroup.Side + 1)], y, 2 * fours, TGroup.Side);
                sum = TColumns.AddProduct(sum, weights[3 * (TGroup.Side + 1)], y, 3 * fours, TGroup.Side);
            }
        }
        return sum;
    }

    /// <summary>The largest x of the threads in a row of the group; a NaN may be lost.</summary>
    public static float MaxAcross<TGroup>(float x) where TGroup : struct, IAttentionGroup
    {
        for (int distance = TGroup.Side / 2; distance > 0; distance >>= 1) { x = Max(x, Warp.ShuffleXor(x, distance)); }
        return x;
    }

    /// <summary>Σ x over the threads in a row of the group, in halves: every one of them has the same bits.</summary>
    public static float SumAcross<TGroup>(float x) where TGroup : struct, IAttentionGroup
    {
        for (int distance = TGroup.Side / 2; distance > 0; distance >>= 1) { x += Warp.ShuffleXor(x, distance); }
        return x;
    }

    public static float Max(float a, float b) => a > b ? a : b;

    /// <summary>eˣ of x ≤ 0, exactly 0 below −64.</summary>
    public static float Weight(float x) => VectorMath.Weight<Width1, float>(x);
}
