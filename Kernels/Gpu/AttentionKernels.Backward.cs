using ILGPU;

namespace PureLlm.Kernels.Gpu;

// The scores are computed again from q, k and logSumExp. With delta = Σ dy ⊙ y of a row:
//   p = exp(s − logSumExp), dp = dy·vᵀ, ds = p ⊙ (dp − delta), dv += pᵀ·dy, dk += scale·dsᵀ·q, dq += scale·ds·k.
// No group writes what another one writes: queries take all their keys in order, keys take the heads that share them in order, of each the queries in order.
internal static partial class AttentionKernels
{
    /// <summary>Threads that add up a row of <see cref="OutputProducts"/>: no more than the smallest warp has.</summary>
    public const int ProductThreads = 8;

    /// <summary>delta = Σ dy ⊙ y. Grid: 8 threads a row [batch, query, head].</summary>
    public static void OutputProducts(ArrayView<float> y, ArrayView<float> dy, ArrayView<float> delta, AttentionSizes sizes)
    {
        long thread = Grid.GlobalLinearIndex;
        int unit = (int)(thread / ProductThreads), lane = Group.IdxX & (ProductThreads - 1);
        int head = unit % sizes.Heads, query = unit / sizes.Heads % sizes.Queries, batch = unit / sizes.Heads / sizes.Queries;
        float sum = 0f;
        if (batch < sizes.Batch)
        {
            long row = sizes.OutputRow(batch, query, head);
            for (int i = lane; i < sizes.HeadSize; i += ProductThreads) { sum = MathF.FusedMultiplyAdd(y[row + i], dy[row + i], sum); }
        }
        for (int distance = ProductThreads / 2; distance > 0; distance >>= 1) { sum += Warp.ShuffleXor(sum, distance); }
        if (lane == 0 && batch < sizes.Batch) { delta[sizes.Statistic(batch, query, head)] = sum; }
    }

    /// <summary>dq += scale·ds·k. Grid as of <see cref="Forward"/>.</summary>
    public static void BackwardQueries<TRows, TGroup, TColumns>(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> logSumExp, ArrayView<float> dy, ArrayView<float> delta, ArrayView<float> dq, AttentionSizes sizes, int panels)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        var shared = SharedMemory.Allocate<Four>(AttentionTiles.Shared);
        int tile = 4 * TGroup.Side, across = Group.IdxX & (TGroup.Side - 1), down = Group.IdxX / TGroup.Side;
        var place = new AttentionPlace(Grid.IdxX, panels, sizes.Heads, sizes.Batch);
        int head = place.Head, group = head / sizes.Share, batch = place.Batch, query = (((sizes.Queries + tile - 1) / tile) - 1 - place.Tile) * tile;
        int queries = Math.Min(tile, sizes.Queries - query), column = place.Panel * tile * TColumns.Tiles;
        long queryRow = sizes.QueryRow(batch, query, head), outputRow = sizes.OutputRow(batch, query, head);

        int own = query + (4 * down), at = sizes.Statistic(batch, own, head);
        Four shift = LoadStatistics(logSumExp, at, sizes.Queries - own, 1), mean = LoadStatistics(delta, at, sizes.Queries - own, 1);
        AttentionSum sum = default;
        int endKey = sizes.EndKeyOf(query + queries - 1);
        for (int key = sizes.FirstKeyOf(query) / tile * tile; key < endKey; key += tile)
        {
            int keys = Math.Min(tile, sizes.Keys - key);
            long keyRow = sizes.KeyRow(batch, key, group);
            AttentionTile scores = AttentionTiles.Scores<TRows, TGroup>(q, queryRow, sizes.QueryStride, queries, sizes.Scale, k, keyRow, sizes.KeyStride, keys, 1f, sizes.HeadSize, shared);
            AttentionTile products = AttentionTiles.Scores<TRows, TGroup>(dy, outputRow, sizes.OutputStride, queries, 1f, v, sizes.ValueRow(batch, key, group), sizes.ValueStride, keys, 1f, sizes.HeadSize, shared);
            scores = new AttentionTile(
                Gradient(Weights(scores.Row0, shift.A), products.Row0, mean.A), Gradient(Weights(scores.Row1, shift.B), products.Row1, mean.B),
                Gradient(Weights(scores.Row2, shift.C), products.Row2, mean.C), Gradient(Weights(scores.Row3, shift.D), products.Row3, mean.D));
            if (!sizes.SeesAll(query, key, tile)) { scores = Mask<TGroup>(scores, sizes, own, key + across, 0f); }
            AttentionTiles.StoreWeights<TGroup>(scores, shared);
            sum = AttentionTiles.AddWeighted<TRows, TGroup, TColumns>(sum, k, keyRow, sizes.KeyStride, keys, column, sizes.HeadSize, shared);
        }

        sum = TColumns.Scale(sum, new Four(sizes.Scale, sizes.Scale, sizes.Scale, sizes.Scale));
        column += 4 * across;
        long row = sizes.QueryRow(batch, own, head);
        AddTile<TRows>(sum.First, dq, row, sizes.QueryStride, sizes.Queries - own, column, sizes.HeadSize);
        if (TColumns.Tiles == 2) { AddTile<TRows>(sum.Second, dq, row, sizes.QueryStride, sizes.Queries - own, column + tile, sizes.HeadSize); }
    }

    /// <summary>dv += pᵀ·dy and dk += scale·dsᵀ·q. Grid: tiles of keys, the first first, × batch × key heads × panels.</summary>
    public static void BackwardKeys<TRows, TGroup, TColumns>(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> logSumExp, ArrayView<float> dy, ArrayView<float> delta, ArrayView<float> dk, ArrayView<float> dv,
        AttentionSizes sizes, int panels, int addsKeys, int addsValues)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        var shared = SharedMemory.Allocate<Four>(AttentionTiles.Shared);
        int tile = 4 * TGroup.Side, across = Group.IdxX & (TGroup.Side - 1), down = Group.IdxX / TGroup.Side;
        var place = new AttentionPlace(Grid.IdxX, panels, sizes.KeyValueHeads, sizes.Batch);
        int group = place.Head, batch = place.Batch, key = place.Tile * tile, keys = Math.Min(tile, sizes.Keys - key), column = place.Panel * tile * TColumns.Tiles;
        long keyRow = sizes.KeyRow(batch, key, group), valueRow = sizes.ValueRow(batch, key, group);
        int own = key + (4 * down);

        AttentionSum keySum = default, valueSum = default;
        int endQuery = sizes.EndQueryOf(key + keys - 1);
        for (int head = group * sizes.Share; head < (group + 1) * sizes.Share; head++)
        {
            for (int query = sizes.FirstQueryOf(key) / tile * tile; query < endQuery; query += tile)
            {
                int queries = Math.Min(tile, sizes.Queries - query), other = query + across, at = sizes.Statistic(batch, other, head);
                long queryRow = sizes.QueryRow(batch, query, head), outputRow = sizes.OutputRow(batch, query, head);
                bool seesAll = sizes.SeesAll(query, key, tile);
                AttentionTile scores = AttentionTiles.Scores<TRows, TGroup>(k, keyRow, sizes.KeyStride, keys, 1f, q, queryRow, sizes.QueryStride, queries, sizes.Scale, sizes.HeadSize, shared);
                Four shift = LoadStatistics(logSumExp, at, sizes.Queries - other, TGroup.Side);
                scores = new AttentionTile(Weights(scores.Row0, shift), Weights(scores.Row1, shift), Weights(scores.Row2, shift), Weights(scores.Row3, shift));
                if (!seesAll) { scores = MaskColumns<TGroup>(scores, sizes, other, own); }
                if (addsValues != 0)
                {
                    AttentionTiles.StoreWeights<TGroup>(scores, shared);
                    valueSum = AttentionTiles.AddWeighted<TRows, TGroup, TColumns>(valueSum, dy, outputRow, sizes.OutputStride, queries, column, sizes.HeadSize, shared);
                }
                if (addsKeys != 0)
                {
                    AttentionTile products = AttentionTiles.Scores<TRows, TGroup>(v, valueRow, sizes.ValueStride, keys, 1f, dy, outputRow, sizes.OutputStride, queries, 1f, sizes.HeadSize, shared);
                    Four mean = LoadStatistics(delta, at, sizes.Queries - other, TGroup.Side);
                    scores = new AttentionTile(
                        Gradient(scores.Row0, products.Row0, mean), Gradient(scores.Row1, products.Row1, mean),
                        Gradient(scores.Row2, products.Row2, mean), Gradient(scores.Row3, products.Row3, mean));
                    if (!seesAll) { scores = MaskColumns<TGroup>(scores, sizes, other, own); }
                    AttentionTiles.StoreWeights<TGroup>(scores, shared);
                    keySum = AttentionTiles.AddWeighted<TRows, TGroup, TColumns>(keySum, q, queryRow, sizes.QueryStride, queries, column, sizes.HeadSize, shared);
                }
            }
        }

        keySum = TColumns.Scale(keySum, new Four(sizes.Scale, sizes.Scale, sizes.Scale, sizes.Scale));
        column += 4 * across;
        keyRow += 4L * down * sizes.KeyStride;
        valueRow += 4L * down * sizes.ValueStride;
        if (addsKeys != 0)
        {
            AddTile<TRows>(keySum.First, dk, keyRow, sizes.KeyStride, sizes.Keys - own, column, sizes.HeadSize);
            if (TColumns.Tiles == 2) { AddTile<TRows>(keySum.Second, dk, keyRow, sizes.KeyStride, sizes.Keys - own, column + tile, sizes.HeadSize); }
        }
        if (addsValues != 0)
        {
            AddTile<TRows>(valueSum.First, dv, valueRow, sizes.ValueStride, sizes.Keys - own, column, sizes.HeadSize);
            if (TColumns.Tiles == 2) { AddTile<TRows>(valueSum.Second, dv, valueRow, sizes.ValueStride, sizes.Keys - own, column + tile, sizes.HeadSize); }
        }
    }

    // x[at], x[at + step], …, as far as there are rows.
    private static Four LoadStatistics(ArrayView<float> x, int at, int rows, int step)
    {
        float a = rows > 0 ? x[at] : 0f;
        float b = rows > step ? x[at + step] : 0f;
        float c = rows > 2 * step ? x[at + (2 * step)] : 0f;
        float d = rows > 3 * step ? x[at + (3 * step)] : 0f;
        return new Four(a, b, c, d);
    }

    private static Four Weights(Four scores, Four shift) => new(
        AttentionTiles.Weight(scores.A - shift.A), AttentionTiles.Weight(scores.B - shift.B), AttentionTiles.Weight(scores.C - shift.C), AttentionTiles.Weight(scores.D - shift.D));

    private static Four Gradient(Four weights, Four products, float mean) => Gradient(weights, products, new Four(mean, mean, mean, mean));

    private static Four Gradient(Four weights, Four products, Four mean) => new(
        weights.A * (products.A - mean.A), weights.B * (products.B - mean.B), weights.C * (products.C - mean.C), weights.D * (products.D - mean.D));

    // Rows are keys and columns are queries.
    private static AttentionTile MaskColumns<TGroup>(AttentionTile x, AttentionSizes sizes, int query, int key) where TGroup : struct, IAttentionGroup => new(
        MaskColumns<TGroup>(x.Row0, sizes, query, key), MaskColumns<TGroup>(x.Row1, sizes, query, key + 1), MaskColumns<TGroup>(x.Row2, sizes, query, key + 2), MaskColumns<TGroup>(x.Row3, sizes, query, key + 3));

    private static Four MaskColumns<TGroup>(Four x, AttentionSizes sizes, int query, int key) where TGroup : struct, IAttentionGroup => new(
        sizes.Sees(query, key) ? x.A : 0f, sizes.Sees(query + TGroup.Side, key) ? x.B : 0f,
        sizes.Sees(query + (2 * TGroup.Side), key) ? x.C : 0f, sizes.Sees(query + (3 * TGroup.Side), key) ? x.D : 0f);

    private static void AddTile<TRows>(AttentionTile tile, ArrayView<float> x, long row, int stride, int rows, int column, int size) where TRows : struct, IAttentionRows
    {
        if (rows > 0) { TRows.Add(x, row, column, size, tile.Row0); }
        if (rows > 1) { TRows.Add(x, row + stride, column, size, tile.Row1); }
        if (rows > 2) { TRows.Add(x, row + (2L * stride), column, size, tile.Row2); }
        if (rows > 3) { TRows.Add(x, row + (3L * stride), column, size, tile.Row3); }
    }
}
