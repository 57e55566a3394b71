using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

// One unit of work: some queries of some heads that read the same keys, stacked as rows [head][query].
// Each tile of keys is packed once for all of them, then 6 rows at a time go through scores, softmax and output while they are in the first cache.
internal static unsafe partial class AttentionKernel
{
    private const int MostRowsPerUnit = 256;
    private const int FewestQueriesPerUnit = 60;
    private const int RowsAhead = 2 * AttentionTiles.Rows;

    /// <summary>y = softmax(scale·q·kᵀ + mask)·v, logSumExp of each row.</summary>
    public static void Forward<TWidth, TVector>(
        ThreadTeam team, in AttentionShape shape, float* q, float* k, float* v, float* y, float* logSumExp)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float** scratch = stackalloc float*[team.Threads];
        State state = new() { Shape = shape, Q = q, K = k, V = v, Y = y, LogSumExp = logSumExp, Scratch = scratch, Threads = team.Threads };
        state.Units = CutForward(ref state, team.Threads);
        Arena arena = new(null);
        _ = new ForwardScratch(ref arena, shape.HeadSize, Align<TWidth, TVector>(), state.HeadsPerUnit * state.QueriesPerUnit);
        for (int worker = 0; worker < team.Threads; worker++)
        {
            scratch[worker] = team.Scratch(worker, arena.Length);
        }
        team.For(state.Units, &state, &ForwardUnit<TWidth, TVector>);
    }

    // Large units share the packing of keys; smaller ones keep all threads busy.
    private static int CutForward(ref State state, int threads)
    {
        ref readonly AttentionShape shape = ref state.Shape;
        state.QueriesPerUnit = Math.Min(shape.Queries, MostRowsPerUnit);
        state.HeadsPerUnit = Math.Clamp(MostRowsPerUnit / state.QueriesPerUnit, 1, state.HeadsPerGroup);
        while (true)
        {
            int units = shape.Batch * shape.KeyValueHeads * Blocks(state.HeadsPerGroup, state.HeadsPerUnit) * Blocks(shape.Queries, state.QueriesPerUnit);
            if (units < threads && state.HeadsPerUnit > 1)
            {
                state.HeadsPerUnit = Blocks(state.HeadsPerUnit, 2);
            }
            else if (threads > 1 && units < 4 * threads && state.QueriesPerUnit > FewestQueriesPerUnit)
            {
                state.QueriesPerUnit = RoundUp(Blocks(state.QueriesPerUnit, 2), AttentionTiles.Rows);
            }
            else
            {
                return units;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardUnit<TWidth, TVector>(State* state, int unit, int worker)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        ForwardPlace place = new(state, unit);
        int size = shape.HeadSize, align = Align<TWidth, TVector>(), rows = place.Rows;
        Arena arena = new(state->Scratch[worker]);
        ForwardScratch scratch = new(ref arena, size, align, state->HeadsPerUnit * state->QueriesPerUnit);
        scratch.Begin(rows);
        for (int row = 0; row < rows;)
        {
            for (int query = place.FirstQuery; query < place.FirstQuery + place.Queries; query++, row++)
            {
                scratch.FirstKey[row] = state->FirstKey(query);
                scratch.EndKey[row] = state->EndKey(query);
            }
        }
        for (int row = 0; row < rows; row += AttentionTiles.Rows)
        {
            scratch.Seen[row / AttentionTiles.Rows] = SeenKeys.Of(scratch.FirstKey + row, scratch.EndKey + row, Math.Min(AttentionTiles.Rows, rows - row));
        }
        for (int key = place.FirstKey; key < place.EndKey; key += KeyTile)
        {
            int keys = Math.Min(KeyTile, shape.Keys - key);
            AttentionRowsAhead ahead = RowsAfter(state, in place, unit, key);
            ahead.Spread(scratch.TilesAt(key, keys, rows));
            AttentionTiles.Transpose(state->K + state->KeyRow(place.Batch, key, place.Group), shape.KeyStride, scratch.KeyColumns, KeyTile, keys, size);
            float* values = state->V + state->ValueRow(place.Batch, key, place.Group);
            int valueRow = shape.ValueStride;
            if (rows > AttentionTiles.Rows || size % align != 0)
            {
                AttentionTiles.CopyRows<TWidth, TVector>(values, valueRow, scratch.Values, scratch.Padded, keys, size, 1f);
                values = scratch.Values;
                valueRow = scratch.Padded;
            }
            for (int row = 0; row < rows; row += AttentionTiles.Rows)
            {
                if (key == place.FirstKey)
                {
                    LoadRows<TWidth, TVector>(state, in scratch, in place, row);
                }
                ForwardTile<TWidth, TVector>(in scratch, ref ahead, row, Math.Min(AttentionTiles.Rows, rows - row), key, keys, values, valueRow, size);
            }
        }

        SumRows<TWidth, TVector>(in scratch, rows);
        for (int head = 0; head < place.Heads; head++)
        {
            float* y = state->Y + state->OutputRow(place.Batch, place.FirstQuery, place.FirstHead + head);
            float* logSumExp = state->LogSumExp + state->Statistic(place.Batch, place.FirstQuery, place.FirstHead + head);
            for (int query = 0; query < place.Queries; query++, y += shape.OutputStride)
            {
                Finish<TWidth, TVector>(in scratch, (head * place.Queries) + query, y, size, logSumExp + query);
            }
        }
    }

    /// <summary>What comes after a tile of keys: the next one, or the first one and the first queries of the next unit.</summary>
    private static AttentionRowsAhead RowsAfter(State* state, in ForwardPlace place, int unit, int key)
    {
        AttentionRowsAhead ahead = new(state->Shape.HeadSize);
        if (key + KeyTile < place.EndKey)
        {
            place.Fetch(state, ref ahead, key + KeyTile);
        }
        else if (After(state, unit) is int after && after != unit)
        {
            ForwardPlace next = new(state, after);
            next.Fetch(state, ref ahead, next.FirstKey);
            next.FetchQueries(state, ref ahead);
        }
        return ahead;
    }

    /// <summary>scale/ln 2·q of six rows, while those that come next are asked for, and the place of the output.</summary>
    private static void LoadRows<TWidth, TVector>(State* state, in ForwardScratch scratch, in ForwardPlace place, int row)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        int queries = place.Queries;
        for (int end = Math.Min(row + AttentionTiles.Rows, place.Rows), count; row < end; row += count)
        {
            (int head, int query) = Math.DivRem(row, queries);
            count = Math.Min(end - row, queries - query);
            float* q = state->Q + state->QueryRow(place.Batch, place.FirstQuery + query, place.FirstHead + head);
            AttentionTiles.CopyRows<TWidth, TVector>(q, shape.QueryStride, scratch.Q + (row * shape.HeadSize), shape.HeadSize, count, shape.HeadSize, shape.Scale * VectorMath.Log2E);
            AttentionTiles.Fetch(q + ((nint)RowsAhead * shape.QueryStride), shape.QueryStride, Math.Min(count, queries - query - RowsAhead), shape.HeadSize);
            AttentionTiles.Fetch(state->Y + state->OutputRow(place.Batch, place.FirstQuery + query, place.FirstHead + head), shape.OutputStride, count, shape.HeadSize);
        }
    }

    /// <summary>Six rows against one tile of keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTile<TWidth, TVector>(
        in ForwardScratch scratch, ref AttentionRowsAhead ahead, int row, int rows, int key, int keys, float* values, int valueRow, int size)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        (int first, int end, bool masked) = scratch.Seen[row / AttentionTiles.Rows].In(key, keys);
        if (first >= end)
        {
            return;
        }
        ahead.Step();
        int align = Align<TWidth, TVector>();
        int firstColumn = RoundDown(first, align), endColumn = RoundUp(end, align);
        float* scores = scratch.Scores;
        AttentionTiles.Multiply<TWidth, TVector>(scratch.Q + (row * size), size, 1, scratch.KeyColumns + firstColumn, KeyTile,
            scores + firstColumn, KeyTile, endColumn - firstColumn, size, accumulate: false);
        if (masked || endColumn > keys)
        {
            for (int r = 0; r < rows; r++)
            {
                Mask<TWidth, TVector>(scores + (r * KeyTile), firstColumn, endColumn,
                    scratch.FirstKey[row + r] - key, Math.Clamp(scratch.EndKey[row + r] - key, 0, keys), TWidth.Broadcast(float.NegativeInfinity));
            }
        }
        float* output = scratch.Output + (row * scratch.Padded);
        if (SoftmaxStep<TWidth, TVector>(scores, firstColumn, endColumn, scratch.Maxima + row, scratch.Sums + (row * SumLanes), scratch.Corrections))
        {
            for (int r = 0; r < rows; r++)
            {
                if (scratch.Corrections[r] != 1f)
                {
                    ScaleRow<TWidth, TVector>(output + (r * scratch.Padded), scratch.Padded, scratch.Corrections[r]);
                }
            }
        }
        AttentionTiles.Multiply<TWidth, TVector>(scores + first, KeyTile, 1, values + ((nint)first * valueRow), valueRow,
            output, scratch.Padded, scratch.Padded, end - first, accumulate: true);
    }

    /// <summary>The sum of each row into the first of its lanes, and ln 2·maximum + ln sum into the maxima; −∞ for a row that saw no key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows<TWidth, TVector>(in ForwardScratch scratch, int rows)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // The logarithms of some rows at once; the lanes beyond the rows are never read.
        float* sums = scratch.Corrections;
        for (int row = 0; row < rows; row += TWidth.Lanes)
        {
            for (int i = 0; i < TWidth.Lanes; i++)
            {
                sums[i] = row + i < rows ? *(scratch.Sums + ((row + i) * SumLanes)) = SumOfLanes(scratch.Sums + ((row + i) * SumLanes)) : 1f;
            }
            TVector logarithm = VectorMath.Log<TWidth, TVector>(TWidth.Load(sums));
            TWidth.Store(logarithm, sums);
            for (int i = 0; i < TWidth.Lanes && row + i < rows; i++)
            {
                scratch.Maxima[row + i] = MathF.FusedMultiplyAdd(scratch.Maxima[row + i], VectorMath.Ln2High, sums[i]);
            }
        }
    }

    /// <summary>y = output / sum, logSumExp as <see cref="SumRows"/> left it; 0 for a row that saw no key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TWidth, TVector>(in ForwardScratch scratch, int row, float* y, int size, float* logSumExp)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        float sum = scratch.Sums[row * SumLanes];
        float* output = scratch.Output + (row * scratch.Padded);
        if (sum == 0f)
        {
            AttentionTiles.Fill(y, size, 0f);
            *logSumExp = float.NegativeInfinity;
            return;
        }
        *logSumExp = scratch.Maxima[row];

        // A zero of either sign leaves as +0: which one it is depends on where a chain of weights 0 was cut short.
        float inverse = 1f / sum;
        TVector factor = TWidth.Broadcast(inverse), zero = default;
        int c = 0;
        for (; c <= size - TWidth.Lanes; c += TWidth.Lanes)
        {
            TWidth.Store(TWidth.Add(TWidth.Multiply(TWidth.Load(output + c), factor), zero), y + c);
        }
        for (; c < size; c++)
        {
            y[c] = (output[c] * inverse) + 0f;
        }
    }
}
