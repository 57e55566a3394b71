using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Fused attention: a group takes a tile of queries of one head over tiles of keys with an online softmax; the T×S scores never exist.</summary>
/// <remarks>
/// Dao 2023, arXiv:2307.08691. Keys come in tiles of a fixed size that start at key 0; each score is one chain along the head, as on the processor,
/// each sum of weights runs in one lane for each of 16 key indices and then in halves, each output is one chain along the keys. So a row's bits depend on
/// that row, its keys and its values alone: not on the batch, nor on the number of queries that come this way. Where a head is wider than the columns
/// of a group, a group computes a panel of them and the scores are computed again for each panel.
/// Weights of 0 meet what is masked within a tile: a NaN or an infinity of a value reaches all queries of the tile, and going back one of a query
/// or of its gradient all keys of the tile. No other tile, head or sequence.
/// </remarks>
internal static partial class AttentionKernels
{
    /// <summary>y = softmax(scale·q·kᵀ + mask)·v and logSumExp; 0 and −∞ for a query that sees no key. Grid: tiles of queries, the last first, × batch × heads × panels.</summary>
    public static void Forward<TRows, TGroup, TColumns>(ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> y, ArrayView<float> logSumExp, AttentionSizes sizes, int panels)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        var shared = SharedMemory.Allocate<Four>(AttentionTiles.Shared);
        int tile = 4 * TGroup.Side, across = Group.IdxX & (TGroup.Side - 1), down = Group.IdxX / TGroup.Side;
        var place = new AttentionPlace(Grid.IdxX, panels, sizes.Heads, sizes.Batch);
        int head = place.Head, group = head / sizes.Share, batch = place.Batch, query = (((sizes.Queries + tile - 1) / tile) - 1 - place.Tile) * tile;
        int queries = Math.Min(tile, sizes.Queries - query), column = place.Panel * tile * TColumns.Tiles;
        long ownRow = sizes.QueryRow(batch, query, head);

        var max = new Four(float.MinValue, float.MinValue, float.MinValue, float.MinValue);
        Four weight = default;
        AttentionSum sum = default;
        int endKey = sizes.EndKeyOf(query + queries - 1);
        for (int key = sizes.FirstKeyOf(query) / tile * tile; key < endKey; key += tile)
        {
            int keys = Math.Min(tile, sizes.Keys - key);
            AttentionTile scores = AttentionTiles.Scores<TRows, TGroup>(
                q, ownRow, sizes.QueryStride, queries, sizes.Scale, k, sizes.KeyRow(batch, key, group), sizes.KeyStride, keys, 1f, sizes.HeadSize, shared);
            if (!sizes.SeesAll(query, key, tile)) { scores = Mask<TGroup>(scores, sizes, query + (4 * down), key + across, float.NegativeInfinity); }

            var next = new Four(NewMax<TGroup>(scores.Row0, max.A), NewMax<TGroup>(scores.Row1, max.B), NewMax<TGroup>(scores.Row2, max.C), NewMax<TGroup>(scores.Row3, max.D));
            var correction = new Four(AttentionTiles.Weight(max.A - next.A), AttentionTiles.Weight(max.B - next.B), AttentionTiles.Weight(max.C - next.C), AttentionTiles.Weight(max.D - next.D));
            max = next;
            scores = new AttentionTile(Weights(scores.Row0, max.A), Weights(scores.Row1, max.B), Weights(scores.Row2, max.C), Weights(scores.Row3, max.D));
            weight = new Four(
                AddAll(scores.Row0, weight.A * correction.A), AddAll(scores.Row1, weight.B * correction.B), AddAll(scores.Row2, weight.C * correction.C), AddAll(scores.Row3, weight.D * correction.D));
            AttentionTiles.StoreWeights<TGroup>(scores, shared);
            sum = AttentionTiles.AddWeighted<TRows, TGroup, TColumns>(TColumns.Scale(sum, correction), v, sizes.ValueRow(batch, key, group), sizes.ValueStride, keys, column, sizes.HeadSize, shared);
        }

        weight = new Four(AttentionTiles.SumAcross<TGroup>(weight.A), AttentionTiles.SumAcross<TGroup>(weight.B), AttentionTiles.SumAcross<TGroup>(weight.C), AttentionTiles.SumAcross<TGroup>(weight.D));
        sum = TColumns.Scale(sum, new Four(Inverse(weight.A), Inverse(weight.B), Inverse(weight.C), Inverse(weight.D)));
        query += 4 * down;
        column += 4 * across;
        StoreTile<TRows>(sum.First, y, sizes, batch, query, head, column);
        if (TColumns.Tiles == 2) { StoreTile<TRows>(sum.Second, y, sizes, batch, query, head, column + tile); }
        if (column == 0)
        {
            int at = sizes.Statistic(batch, query, head);
            if (query < sizes.Queries) { logSumExp[at] = LogSumExp(max.A, weight.A); }
            if (query + 1 < sizes.Queries) { logSumExp[at + 1] = LogSumExp(max.B, weight.B); }
            if (query + 2 < sizes.Queries) { logSumExp[at + 2] = LogSumExp(max.C, weight.C); }
            if (query + 3 < sizes.Queries) { logSumExp[at + 3] = LogSumExp(max.D, weight.D); }
        }
    }

    // Rows are queries and columns are keys.
    private static AttentionTile Mask<TGroup>(AttentionTile x, AttentionSizes sizes, int query, int key, float masked) where TGroup : struct, IAttentionGroup => new(
        Mask<TGroup>(x.Row0, sizes, query, key, masked), Mask<TGroup>(x.Row1, sizes, query + 1, key, masked),
        Mask<TGroup>(x.Row2, sizes, query + 2, key, masked), Mask<TGroup>(x.Row3, sizes, query + 3, key, masked));

    private static Four Mask<TGroup>(Four x, AttentionSizes sizes, int query, int key, float masked) where TGroup : struct, IAttentionGroup => new(
        sizes.Sees(query, key) ? x.A : masked, sizes.Sees(query, key + TGroup.Side) ? x.B : masked,
        sizes.Sees(query, key + (2 * TGroup.Side)) ? x.C : masked, sizes.Sees(query, key + (3 * TGroup.Side)) ? x.D : masked);

    private static float NewMax<TGroup>(Four scores, float before) where TGroup : struct, IAttentionGroup =>
        AttentionTiles.Max(AttentionTiles.MaxAcross<TGroup>(AttentionTiles.Max(AttentionTiles.Max(scores.A, scores.B), AttentionTiles.Max(scores.C, scores.D))), before);

    private static Four Weights(Four scores, float max) => new(
        AttentionTiles.Weight(scores.A - max), AttentionTiles.Weight(scores.B - max), AttentionTiles.Weight(scores.C - max), AttentionTiles.Weight(scores.D - max));

    private static float AddAll(Four x, float start) => start + x.A + x.B + x.C + x.D;

    internal static float Inverse(float weight) => weight == 0f ? 0f : 1f / weight;

    internal static float LogSumExp(float max, float weight) => weight == 0f ? float.NegativeInfinity : max + VectorMath.Log(weight);

    private static void StoreTile<TRows>(AttentionTile tile, ArrayView<float> y, AttentionSizes sizes, int batch, int query, int head, int column) where TRows : struct, IAttentionRows
    {
        long row = sizes.OutputRow(batch, query, head);
        if (query < sizes.Queries) { TRows.Store(y, row, column, sizes.HeadSize, tile.Row0); }
        if (query + 1 < sizes.Queries) { TRows.Store(y, row + sizes.OutputStride, column, sizes.HeadSize, tile.Row1); }
        if (query + 2 < sizes.Queries) { TRows.Store(y, row + (2L * sizes.OutputStride), column, sizes.HeadSize, tile.Row2); }
        if (query + 3 < sizes.Queries) { TRows.Store(y, row + (3L * sizes.OutputStride), column, sizes.HeadSize, tile.Row3); }
    }
}
