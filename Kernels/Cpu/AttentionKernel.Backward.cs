using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

// The scores are computed again from q, k and logSumExp. With delta = Σ dy ⊙ y of a row:
//   p = exp(s − logSumExp), dp = dy·vᵀ, ds = p ⊙ (dp − delta), dv += pᵀ·dy, dk += dsᵀ·(scale·q), dq += ds·(scale·k).
// One tile of keys meets the queries that see it in a fixed order, head by head; its dk and dv stay in scratch meanwhile.
// Per unit of work: all tiles of a key head at once (5 products a pair of tiles), or, when there are too few key heads for the threads,
// one loop over tiles of keys for dk and dv and one over queries for dq (7 products). Both add in the same order: the same bits.
internal static unsafe partial class AttentionKernel
{
    // Keys of a tile: whole register tiles both as rows and as columns. No bit depends on it.
    private const int KeysAtOnce = 96;
    private const int QueryTile = 48;
    private const int QueriesPerBackwardUnit = 4 * QueryTile;

    /// <summary>Adds to dq, dk and dv.</summary>
    public static void Backward<TWidth, TVector>(
        ThreadTeam team, in AttentionShape shape, float* q, float* k, float* v, float* y, float* logSumExp, float* dy, float* dq, float* dk, float* dv)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float** scratch = stackalloc float*[team.Threads];
        State state = new() { Shape = shape, Q = q, K = k, V = v, Y = y, LogSumExp = logSumExp, Dy = dy, Dq = dq, Dk = dk, Dv = dv, Scratch = scratch, Threads = team.Threads };
        Arena arena = new(null);
        _ = new BackwardScratch(ref arena, shape.HeadSize, Align<TWidth, TVector>());
        for (int worker = 0; worker < team.Threads; worker++)
        {
            scratch[worker] = team.Scratch(worker, arena.Length);
        }
        state.Delta = team.SharedScratch(checked(shape.Batch * shape.Heads * shape.Queries));
        team.For(shape.Batch * Blocks(shape.Queries, QueryTile), &state, &OutputProducts<TWidth, TVector>);
        int groups = shape.Batch * shape.KeyValueHeads;
        if (5 * Blocks(groups, team.Threads) * team.Threads <= 7 * groups)
        {
            state.Units = groups;
            team.For(groups, &state, &BackwardGroup<TWidth, TVector>);
        }
        else
        {
            if (dk != null || dv != null)
            {
                team.For(groups * Blocks(shape.Keys, KeysAtOnce), &state, &BackwardKeys<TWidth, TVector>);
            }
            if (dq != null)
            {
                team.For(shape.Batch * shape.Heads * Blocks(shape.Queries, QueriesPerBackwardUnit), &state, &BackwardQueries<TWidth, TVector>);
            }
        }
    }

    /// <summary>delta of some queries of all heads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OutputProducts<TWidth, TVector>(State* state, int unit, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        (int batch, int block) = Math.DivRem(unit, Blocks(shape.Queries, QueryTile));
        int end = Math.Min((block + 1) * QueryTile, shape.Queries);
        for (int query = block * QueryTile; query < end; query++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                nint row = state->OutputRow(batch, query, head);
                state->Delta[state->Statistic(batch, query, head)] =
                    VectorLoop.Sum<TWidth, TVector, SoftmaxKernel.DotTerm>(new SoftmaxKernel.DotTerm(state->Y + row, state->Dy + row), shape.HeadSize);
            }
        }
    }

    private static void BackwardGroup<TWidth, TVector>(State* state, int unit, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        (int batch, int group) = Math.DivRem(unit, state->Shape.KeyValueHeads);
        BackwardPair pair = new() { Batch = batch, Group = group, AddsKeys = state->Dk != null || state->Dv != null, AddsQueries = state->Dq != null };
        pair.TakeAll(state);
        for (int key = 0; key < state->Shape.Keys; key += KeysAtOnce)
        {
            AttentionRowsAhead ahead = new(state->Shape.HeadSize);
            if (key + KeysAtOnce < state->Shape.Keys)
            {
                pair.FetchKeys(state, ref ahead, key + KeysAtOnce);
            }
            else if (After(state, unit) is int after && after != unit)
            {
                (int nextBatch, int nextGroup) = Math.DivRem(after, state->Shape.KeyValueHeads);
                BackwardPair next = pair with { Batch = nextBatch, Group = nextGroup };
                next.TakeAll(state);
                next.FetchKeys(state, ref ahead, 0);
                next.FetchFirstQueries(state, ref ahead);
            }
            BackwardTile<TWidth, TVector>(state, worker, in pair, key, ref ahead);
        }
    }

    private static void BackwardKeys<TWidth, TVector>(State* state, int unit, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        (int tile, int column) = Math.DivRem(unit, state->Shape.Batch * state->Shape.KeyValueHeads);
        (int batch, int group) = Math.DivRem(column, state->Shape.KeyValueHeads);
        BackwardPair pair = new() { Batch = batch, Group = group, AddsKeys = true };
        pair.TakeAll(state);
        AttentionRowsAhead ahead = new(state->Shape.HeadSize);
        BackwardTile<TWidth, TVector>(state, worker, in pair, tile * KeysAtOnce, ref ahead);
    }

    private static void BackwardQueries<TWidth, TVector>(State* state, int unit, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        (int late, int column) = Math.DivRem(unit, shape.Batch * shape.Heads);
        (int batch, int head) = Math.DivRem(column, shape.Heads);
        int first = (Blocks(shape.Queries, QueriesPerBackwardUnit) - 1 - late) * QueriesPerBackwardUnit;
        int end = Math.Min(first + QueriesPerBackwardUnit, shape.Queries);
        BackwardPair pair = new()
        {
            Batch = batch,
            Group = head / state->HeadsPerGroup,
            FirstHead = head,
            EndHead = head + 1,
            FirstQuery = first,
            EndQuery = end,
            AddsQueries = true,
        };
        int endKey = state->EndKey(end - 1);
        for (int key = RoundDown(state->FirstKey(first), KeysAtOnce); key < endKey; key += KeysAtOnce)
        {
            AttentionRowsAhead ahead = new(shape.HeadSize);
            if (key + KeysAtOnce < endKey)
            {
                pair.FetchKeys(state, ref ahead, key + KeysAtOnce);
            }
            BackwardTile<TWidth, TVector>(state, worker, in pair, key, ref ahead);
        }
    }

    /// <summary>One tile of keys against the queries of the pair that see it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardTile<TWidth, TVector>(State* state, int worker, in BackwardPair pair, int key, ref AttentionRowsAhead ahead)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        int size = shape.HeadSize, keys = Math.Min(KeysAtOnce, shape.Keys - key);
        (int firstQuery, int endQuery) = state->QueriesOf(key, keys);
        firstQuery = Math.Max(RoundDown(firstQuery, AttentionTiles.Rows), pair.FirstQuery);
        endQuery = Math.Min(endQuery, pair.EndQuery);
        if (firstQuery >= endQuery)
        {
            return;
        }
        Arena arena = new(state->Scratch[worker]);
        BackwardScratch scratch = new(ref arena, size, Align<TWidth, TVector>());
        AttentionTiles.Transpose(state->K + state->KeyRow(pair.Batch, key, pair.Group), shape.KeyStride, scratch.KeyColumns, KeysAtOnce, keys, size);
        AttentionTiles.Transpose(state->V + state->ValueRow(pair.Batch, key, pair.Group), shape.ValueStride, scratch.ValueColumns, KeysAtOnce, keys, size);
        if (pair.AddsQueries)
        {
            AttentionTiles.CopyRows<TWidth, TVector>(state->K + state->KeyRow(pair.Batch, key, pair.Group), shape.KeyStride, scratch.Keys, scratch.Padded, keys, size, shape.Scale);
        }
        scratch.Begin();
        pair.FetchGradients(state, ref ahead, key, keys);
        ahead.Spread((pair.EndHead - pair.FirstHead) * Blocks(endQuery - firstQuery, AttentionTiles.Rows));
        for (int head = pair.FirstHead; head < pair.EndHead; head++)
        {
            for (int query = firstQuery; query < endQuery; query += QueryTile)
            {
                int queries = Math.Min(QueryTile, endQuery - query);
                LoadQueries<TWidth, TVector>(state, in scratch, pair.Batch, head, query, queries);
                for (int row = 0; row < queries; row += AttentionTiles.Rows)
                {
                    int rows = Math.Min(AttentionTiles.Rows, queries - row);
                    float* dq = pair.AddsQueries ? state->Dq + state->QueryRow(pair.Batch, query + row, head) : null;
                    pair.FetchQueries(state, head, query + row + QueryTile, endQuery);
                    ahead.Step();
                    ScoreGradients<TWidth, TVector>(in scratch, row, rows, key, keys, dq, shape.QueryStride, size);
                }
                if (pair.AddsKeys)
                {
                    KeyGradients<TWidth, TVector>(state, in scratch, query, queries, key, keys);
                }
            }
        }
        if (pair.AddsKeys && state->Dk != null)
        {
            AttentionTiles.AddRows<TWidth, TVector>(scratch.Dk, scratch.Padded, state->Dk + state->KeyRow(pair.Batch, key, pair.Group), shape.KeyStride, keys, size, 1f / VectorMath.Log2E);
        }
        if (pair.AddsKeys && state->Dv != null)
        {
            AttentionTiles.AddRows<TWidth, TVector>(scratch.Dv, scratch.Padded, state->Dv + state->ValueRow(pair.Batch, key, pair.Group), shape.ValueStride, keys, size, 1f);
        }
    }

    /// <summary>scale/ln 2·q, dy, logSumExp/ln 2 and delta of a tile of queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadQueries<TWidth, TVector>(State* state, in BackwardScratch scratch, int batch, int head, int query, int queries)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        int size = shape.HeadSize, padded = scratch.Padded;
        AttentionTiles.CopyRows<TWidth, TVector>(state->Q + state->QueryRow(batch, query, head), shape.QueryStride, scratch.Q, padded, queries, size, shape.Scale * VectorMath.Log2E);
        AttentionTiles.CopyRows<TWidth, TVector>(state->Dy + state->OutputRow(batch, query, head), shape.OutputStride, scratch.Dy, padded, queries, size, 1f);
        nint statistic = state->Statistic(batch, query, head);
        for (int r = 0; r < queries; r++)
        {
            scratch.Delta[r] = state->Delta[statistic + r];
            float logSumExp = state->LogSumExp[statistic + r];
            scratch.LogSumExp[r] = float.IsNegativeInfinity(logSumExp) ? 0f : logSumExp * VectorMath.Log2E;
            scratch.FirstKey[r] = state->FirstKey(query + r);
            scratch.EndKey[r] = state->EndKey(query + r);
        }
        int missing = RoundUp(queries, AttentionTiles.Rows) - queries;
        AttentionTiles.Fill(scratch.Q + (queries * padded), missing * padded, 0f);
        AttentionTiles.Fill(scratch.Dy + (queries * padded), missing * padded, 0f);
    }

    /// <summary>p and ds of six rows; dq += ds·k where a place for it is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradients<TWidth, TVector>(
        in BackwardScratch scratch, int row, int rows, int key, int keys, float* dq, int queryStride, int size)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        (int first, int end, bool masked) = SeenKeys.Of(scratch.FirstKey + row, scratch.EndKey + row, rows).In(key, keys);
        if (first >= end)
        {
            return;
        }
        int padded = scratch.Padded, align = Align<TWidth, TVector>(), wholeKeys = RoundUp(keys, AttentionTiles.Rows);
        int firstColumn = RoundDown(first, align), endColumn = RoundUp(end, align);
        float* p = scratch.P + (row * KeysAtOnce);
        float* ds = scratch.Ds + (row * KeysAtOnce);
        AttentionTiles.Multiply<TWidth, TVector>(scratch.Q + (row * padded), padded, 1, scratch.KeyColumns + firstColumn, KeysAtOnce,
            p + firstColumn, KeysAtOnce, endColumn - firstColumn, size, accumulate: false);
        AttentionTiles.Multiply<TWidth, TVector>(scratch.Dy + (row * padded), padded, 1, scratch.ValueColumns + firstColumn, KeysAtOnce,
            ds + firstColumn, KeysAtOnce, endColumn - firstColumn, size, accumulate: false);
        for (int r = 0; r < rows; r++)
        {
            float* pRow = p + (r * KeysAtOnce);
            float* dsRow = ds + (r * KeysAtOnce);
            if (masked || endColumn > keys)
            {
                int from = scratch.FirstKey[row + r] - key, to = Math.Clamp(scratch.EndKey[row + r] - key, 0, keys);
                Mask<TWidth, TVector>(pRow, firstColumn, endColumn, from, to, TWidth.Broadcast(float.NegativeInfinity));
                Mask<TWidth, TVector>(dsRow, firstColumn, endColumn, from, to, default);
            }
            SoftmaxGradient<TWidth, TVector>(pRow, dsRow, firstColumn, endColumn, scratch.LogSumExp[row + r], scratch.Delta[row + r]);

            if (firstColumn > 0 || endColumn < wholeKeys)
            {
                // The products for dk and dv read whole register tiles.
                AttentionTiles.Fill(pRow, firstColumn, 0f);
                AttentionTiles.Fill(dsRow, firstColumn, 0f);
                AttentionTiles.Fill(pRow + endColumn, Math.Max(0, wholeKeys - endColumn), 0f);
                AttentionTiles.Fill(dsRow + endColumn, Math.Max(0, wholeKeys - endColumn), 0f);
            }
        }
        if (dq != null)
        {
            // The chains along the keys go on from what dq holds; what does not fill a register tile takes the way through scratch memory.
            bool fills = rows == AttentionTiles.Rows && size == padded;
            float* into = fills ? dq : scratch.DqRows;
            if (!fills)
            {
                AttentionTiles.CopyRows<TWidth, TVector>(dq, queryStride, into, padded, rows, size, 1f);
            }
            AttentionTiles.Multiply<TWidth, TVector>(ds + first, KeysAtOnce, 1, scratch.Keys + (first * padded), padded,
                into, fills ? queryStride : padded, padded, end - first, accumulate: true);
            for (int r = 0; r < rows && !fills; r++)
            {
                new Span<float>(into + (r * padded), size).CopyTo(new Span<float>(dq + ((nint)r * queryStride), size));
            }
        }
    }

    /// <summary>dv += pᵀ·dy and dk += dsᵀ·q, six keys at a time over the queries that see one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KeyGradients<TWidth, TVector>(State* state, in BackwardScratch scratch, int query, int queries, int key, int keys)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        int padded = scratch.Padded;
        for (int j = 0; j < keys; j += AttentionTiles.Rows)
        {
            (int first, int end) = state->QueriesOf(key + j, Math.Min(AttentionTiles.Rows, keys - j));
            (first, end) = (Math.Max(first - query, 0), Math.Min(end - query, queries));
            if (first < end)
            {
                int at = (first * KeysAtOnce) + j;
                AttentionTiles.Multiply<TWidth, TVector>(scratch.P + at, 1, KeysAtOnce, scratch.Dy + (first * padded), padded,
                    scratch.Dv + (j * padded), padded, padded, end - first, accumulate: true);
                AttentionTiles.Multiply<TWidth, TVector>(scratch.Ds + at, 1, KeysAtOnce, scratch.Q + (first * padded), padded,
                    scratch.Dk + (j * padded), padded, padded, end - first, accumulate: true);
            }
        }
    }
}
