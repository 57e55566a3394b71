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
        State state = new() { Shape = shape, Q = q, K = k, V = v, Y = y, LogSumExp = logSumExp, Scratch = scratch };
        int units = CutForward(ref state, team.Threads);
        Arena arena = new(null);
        _ = new ForwardScratch(ref arena, shape.HeadSize, Align<TWidth, TVector>(), state.HeadsPerUnit * state.QueriesPerUnit);
        for (int worker = 0; worker < team.Threads; worker++)
        {
            scratch[worker] = team.Scratch(worker, arena.Length);
        }
        team.For(units, &state, &ForwardUnit<TWidth, TVector>);
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
        int headBlocks = Blocks(state->HeadsPerGroup, state->HeadsPerUnit);
        (int late, int column) = Math.DivRem(unit, shape.Batch * shape.KeyValueHeads * headBlocks);
        (int sequence, int headBlock) = Math.DivRem(column, headBlocks);
        (int batch, int group) = Math.DivRem(sequence, shape.KeyValueHeads);

        // The last queries see the most keys under a causal mask: start with them.
        int firstQuery = (Blocks(shape.Queries, state->QueriesPerUnit) - 1 - late) * state->QueriesPerUnit;
        int queries = Math.Min(state->QueriesPerUnit, shape.Queries - firstQuery);
        int firstHead = (group * state->HeadsPerGroup) + (headBlock * state->HeadsPerUnit);
        int heads = Math.Min(state->HeadsPerUnit, ((group + 1) * state->HeadsPerGroup) - firstHead);

        int size = shape.HeadSize, align = Align<TWidth, TVector>(), rows = heads * queries;
        Arena arena = new(state->Scratch[worker]);
        ForwardScratch scratch = new(ref arena, size, align, state->HeadsPerUnit * state->QueriesPerUnit);
        scratch.Begin(rows);
        for (int row = 0; row < rows; row++)
        {
            scratch.FirstKey[row] = state->FirstKey(firstQuery + (row % queries));
            scratch.EndKey[row] = state->EndKey(firstQuery + (row % queries));
        }
        for (int row = 0; row < rows; row += AttentionTiles.Rows)
        {
            scratch.Seen[row / AttentionTiles.Rows] = SeenKeys.Of(scratch.FirstKey + row, scratch.EndKey + row, Math.Min(AttentionTiles.Rows, rows - row));
        }
        int endKey = state->EndKey(firstQuery + queries - 1);
        int firstKey = RoundDown(state->FirstKey(firstQuery), KeyTile);
        for (int key = firstKey; key < endKey; key += KeyTile)
        {
            int keys = Math.Min(KeyTile, shape.Keys - key), later = Math.Min(KeyTile, endKey - key - KeyTile);
            AttentionTiles.Fetch(state->K + state->KeyRow(batch, key + KeyTile, group), shape.KeyStride, later, size);
            AttentionTiles.Fetch(state->V + state->ValueRow(batch, key + KeyTile, group), shape.ValueStride, later, size);
            AttentionTiles.Transpose(state->K + state->KeyRow(batch, key, group), shape.KeyStride, scratch.KeyColumns, KeyTile, keys, size);
            float* values = state->V + state->ValueRow(batch, key, group);
            int valueRow = shape.ValueStride;
            if (rows > AttentionTiles.Rows || size % align != 0)
            {
                AttentionTiles.CopyRows<TWidth, TVector>(values, valueRow, scratch.Values, scratch.Padded, keys, size, 1f);
                values = scratch.Values;
                valueRow = scratch.Padded;
            }
            for (int row = 0; row < rows; row += AttentionTiles.Rows)
            {
                if (key == firstKey)
                {
                    LoadRows<TWidth, TVector>(state, in scratch, batch, firstHead, firstQuery, queries, row, rows);
                }
                ForwardTile<TWidth, TVector>(in scratch, row, Math.Min(AttentionTiles.Rows, rows - row), key, keys, values, valueRow, size);
            }
        }

        SumRows<TWidth, TVector>(in scratch, rows);
        for (int head = 0; head < heads; head++)
        {
            float* y = state->Y + state->OutputRow(batch, firstQuery, firstHead + head), logSumExp = state->LogSumExp + state->Statistic(batch, firstQuery, firstHead + head);
            for (int query = 0; query < queries; query++, y += shape.OutputStride)
            {
                Finish<TWidth, TVector>(in scratch, (head * queries) + query, y, size, logSumExp + query);
            }
        }
    }

    /// <summary>scale·q of six rows, while those that come next are asked for, and the place of the output.</summary>
    private static void LoadRows<TWidth, TVector>(State* state, in ForwardScratch scratch, int batch, int firstHead, int firstQuery, int queries, int row, int rows)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        ref readonly AttentionShape shape = ref state->Shape;
        for (int end = Math.Min(row + AttentionTiles.Rows, rows), count; row < end; row += count)
        {
            (int head, int query) = Math.DivRem(row, queries);
            count = Math.Min(end - row, queries - query);
            float* q = state->Q + state->QueryRow(batch, firstQuery + query, firstHead + head);
            AttentionTiles.Fetch(q + ((nint)RowsAhead * shape.QueryStride), shape.QueryStride, Math.Min(count, queries - query - RowsAhead), shape.HeadSize);
            AttentionTiles.Fetch(state->Y + state->OutputRow(batch, firstQuery + query, firstHead + head), shape.OutputStride, count, shape.HeadSize);
            AttentionTiles.CopyRows<TWidth, TVector>(q, shape.QueryStride, scratch.Q + (row * shape.HeadSize), shape.HeadSize, count, shape.HeadSize, shape.Scale);
        }
    }

    /// <summary>Six rows against one tile of keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTile<TWidth, TVector>(
        in ForwardScratch scratch, int row, int rows, int key, int keys, float* values, int valueRow, int size)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        (int first, int end, bool masked) = scratch.Seen[row / AttentionTiles.Rows].In(key, keys);
        if (first >= end)
        {
            return;
        }
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

    /// <summary>The sum of each row into the first of its lanes, and maximum + ln sum into the maxima; −∞ for a row that saw no key.</summary>
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
                scratch.Maxima[row + i] += sums[i];
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

    private readonly ref struct ForwardScratch
    {
        public readonly int Size, Padded;
        public readonly float* Q, Output, Sums, Maxima, Corrections, KeyColumns, Values, Scores;
        public readonly int* FirstKey, EndKey;
        public readonly SeenKeys* Seen;

        public ForwardScratch(ref Arena arena, int size, int align, int rows)
        {
            int whole = RoundUp(rows, AttentionTiles.Rows);
            Size = size;
            Padded = RoundUp(size, align);
            Q = arena.Take(whole * size);
            Output = arena.Take(whole * Padded);
            Sums = arena.Take(whole * SumLanes);
            Maxima = arena.Take(whole);
            Corrections = arena.Take(SumLanes);
            FirstKey = (int*)arena.Take(whole);
            EndKey = (int*)arena.Take(whole);
            Seen = (SeenKeys*)arena.Take(whole / AttentionTiles.Rows * (sizeof(SeenKeys) / sizeof(float)));
            KeyColumns = arena.Take(size * KeyTile);
            Values = arena.Take(KeyTile * Padded);
            Scores = arena.Take(AttentionTiles.Rows * KeyTile);
        }

        /// <summary>Nothing seen yet: a maximum below every score makes the first correction 0, and the weight of a masked −∞ too. The rows that fill up the last register tile are zeros.</summary>
        public void Begin(int rows)
        {
            int whole = RoundUp(rows, AttentionTiles.Rows);
            AttentionTiles.Fill(Q + (rows * Size), (whole - rows) * Size, 0f);
            AttentionTiles.Fill(Output, whole * Padded, 0f);
            AttentionTiles.Fill(Sums, whole * SumLanes, 0f);
            AttentionTiles.Fill(Maxima, whole, float.MinValue);
            AttentionTiles.Fill(Corrections, SumLanes, 0f);
        }
    }
}
