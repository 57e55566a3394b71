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

    /// <summary>Where the weights begin, for every size of group.</summary>
    public const int Weights = 2 * MostRows * ChunkRow;

    /// <summary>Fours of shared memory: 36 KB.</summary>
    public const int Shared = Weights + (MostRows * ((MostRows / 4) + 1));

    /// <summary>Copies columns [column, column + Depth) of a tile of rows, times a factor; zeros where there is none.</summary>
    public static void LoadChunk<TRows, TGroup>(ArrayView<float> x, long start, int stride, int rows, int column, int size, float factor, ArrayView<Four> chunk, int at)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup
    {
        int four = Group.IdxX & ((Depth / 4) - 1);
        for (int row = Group.IdxX / (Depth / 4); row < 4 * TGroup.Side; row += TGroup.Side * TGroup.Side / (Depth / 4))
        {
            Four value = row < rows ? TRows.Load(x, start + ((long)row * stride), column + (4 * four), size) : default;
            chunk[at + (row * ChunkRow) + four] = Fours.Scale(value, factor);
        }
    }

    /// <summary>Copies the columns of a panel of some rows; zeros where there is none.</summary>
    public static void LoadPanel<TRows, TGroup, TColumns>(ArrayView<float> x, long start, int stride, int rows, int column, int size, ArrayView<Four> panel)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns<TColumns>
    {
        int fours = TGroup.Side * TColumns.Tiles, four = Group.IdxX % fours;
        for (int row = Group.IdxX / fours; row < PanelRows<TGroup, TColumns>(); row += TGroup.Side / TColumns.Tiles)
        {
            panel[(row * fours) + four] = row < rows ? TRows.Load(x, start + ((long)row * stride), column + (4 * four), size) : default;
        }
    }

    /// <summary>Rows that <see cref="LoadPanel"/> copies at once.</summary>
    public static int PanelRows<TGroup, TColumns>() where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns<TColumns> =>
        4 * TGroup.Side / TColumns.Tiles;

    /// <summary>a·bᵀ: own rows 4·down + r against other rows across + c·side, one chain along the row.</summary>
    public static AttentionTile Scores<TRows, TGroup>(
        ArrayView<float> a, long aStart, int aStride, int aRows, float aFactor, ArrayView<float> b, long bStart, int bStride, int bRows, float bFactor, int size, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup
    {
        int across = Group.IdxX & (TGroup.Side - 1), down = Group.IdxX / TGroup.Side;
        const int second = MostRows * ChunkRow;
        AttentionTile sum = default;
        for (int column = 0; column < size; column += Depth)
        {
            Group.Barrier();
            LoadChunk<TRows, TGroup>(a, aStart, aStride, aRows, column, size, aFactor, shared, 0);
            LoadChunk<TRows, TGroup>(b, bStart, bStride, bRows, column, size, bFactor, shared, second);
            Group.Barrier();
            int own = 4 * down * ChunkRow, other = second + (across * ChunkRow), end = own + ((Math.Min(Depth, size - column) + 3) >> 2);
            for (; own < end; own++, other++)
            {
                sum = sum.AddDots(
                    shared[own], shared[own + ChunkRow], shared[own + (2 * ChunkRow)], shared[own + (3 * ChunkRow)],
                    shared[other], shared[other + (TGroup.Side * ChunkRow)], shared[other + (2 * TGroup.Side * ChunkRow)], shared[other + (3 * TGroup.Side * ChunkRow)]);
            }
        }
        return sum;
    }

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
    public static TColumns AddWeighted<TRows, TGroup, TColumns>(
        TColumns sum, ArrayView<float> x, long start, int stride, int rows, int column, int size, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns<TColumns>
    {
        int across = Group.IdxX & (TGroup.Side - 1), down = Group.IdxX / TGroup.Side;
        int fours = TGroup.Side * TColumns.Tiles, part = PanelRows<TGroup, TColumns>();
        for (int first = 0; first < rows; first += part)
        {
            Group.Barrier();
            LoadPanel<TRows, TGroup, TColumns>(x, start + ((long)first * stride), stride, rows - first, column, size, shared);
            Group.Barrier();
            int weight = Weights + (first * (TGroup.Side + 1)) + down;
            for (int at = across; at < part * fours; at += 4 * fours, weight += 4 * (TGroup.Side + 1))
            {
                sum = TColumns.AddProduct(sum, shared[weight], shared, at, TGroup.Side);
                sum = TColumns.AddProduct(sum, shared[weight + TGroup.Side + 1], shared, at + fours, TGroup.Side);
                sum = TColumns.AddProduct(sum, shared[weight + (2 * (TGroup.Side + 1))], shared, at + (2 * fours), TGroup.Side);
                sum = TColumns.AddProduct(sum, shared[weight + (3 * (TGroup.Side + 1))], shared, at + (3 * fours), TGroup.Side);
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
