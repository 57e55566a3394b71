namespace PureLlm.Kernels.Cpu;

internal static unsafe partial class AttentionKernel
{
    /// <summary>The queries of a unit of work: some of some heads that read the same keys.</summary>
    private readonly struct ForwardPlace
    {
        public readonly int Batch, Group, FirstHead, Heads, FirstQuery, Queries, FirstKey, EndKey;

        public ForwardPlace(State* state, int unit)
        {
            ref readonly AttentionShape shape = ref state->Shape;
            int headBlocks = Blocks(state->HeadsPerGroup, state->HeadsPerUnit);
            (int late, int column) = Math.DivRem(unit, shape.Batch * shape.KeyValueHeads * headBlocks);
            (int sequence, int headBlock) = Math.DivRem(column, headBlocks);
            (Batch, Group) = Math.DivRem(sequence, shape.KeyValueHeads);

            // The last queries see the most keys under a causal mask: start with them.
            FirstQuery = (Blocks(shape.Queries, state->QueriesPerUnit) - 1 - late) * state->QueriesPerUnit;
            Queries = Math.Min(state->QueriesPerUnit, shape.Queries - FirstQuery);
            FirstHead = (Group * state->HeadsPerGroup) + (headBlock * state->HeadsPerUnit);
            Heads = Math.Min(state->HeadsPerUnit, ((Group + 1) * state->HeadsPerGroup) - FirstHead);
            FirstKey = RoundDown(state->FirstKey(FirstQuery), KeyTile);
            EndKey = state->EndKey(FirstQuery + Queries - 1);
        }

        public int Rows => Heads * Queries;

        /// <summary>Asks for a tile of keys and values.</summary>
        public void Fetch(State* state, ref AttentionRowsAhead ahead, int key)
        {
            int keys = Math.Min(KeyTile, EndKey - key);
            ahead.Add(state->K + state->KeyRow(Batch, key, Group), state->Shape.KeyStride, keys);
            ahead.Add(state->V + state->ValueRow(Batch, key, Group), state->Shape.ValueStride, keys);
        }

        /// <summary>Asks for the first queries, which nothing else asks for.</summary>
        public void FetchQueries(State* state, ref AttentionRowsAhead ahead) =>
            ahead.Add(state->Q + state->QueryRow(Batch, FirstQuery, FirstHead), state->Shape.QueryStride, Math.Min(Queries, RowsAhead));
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

        /// <summary>How often six of the rows see some of these keys.</summary>
        public int TilesAt(int key, int keys, int rows)
        {
            int tiles = 0;
            for (int i = 0; i < Blocks(rows, AttentionTiles.Rows); i++)
            {
                (int first, int end, _) = Seen[i].In(key, keys);
                tiles += first < end ? 1 : 0;
            }
            return tiles;
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
