namespace PureLlm.Kernels.Cpu;

internal static unsafe partial class AttentionKernel
{
    /// <summary>What a worker holds for one tile of keys and the queries that meet it.</summary>
    private readonly ref struct BackwardScratch
    {
        public readonly int Padded;
        public readonly float* KeyColumns, ValueColumns, Keys, Dk, Dv, Q, Dy, P, Ds, DqRows, LogSumExp, Delta;
        public readonly int* FirstKey, EndKey;

        public BackwardScratch(ref Arena arena, int size, int align)
        {
            int wholeQueries = RoundUp(QueryTile, AttentionTiles.Rows);
            Padded = RoundUp(size, align);
            KeyColumns = arena.Take(size * KeysAtOnce);
            ValueColumns = arena.Take(size * KeysAtOnce);
            Keys = arena.Take(KeysAtOnce * Padded);
            Dk = arena.Take(KeysAtOnce * Padded);
            Dv = arena.Take(KeysAtOnce * Padded);
            Q = arena.Take(wholeQueries * Padded);
            Dy = arena.Take(wholeQueries * Padded);
            P = arena.Take(wholeQueries * KeysAtOnce);
            Ds = arena.Take(wholeQueries * KeysAtOnce);
            DqRows = arena.Take(AttentionTiles.Rows * Padded);
            LogSumExp = arena.Take(wholeQueries);
            Delta = arena.Take(wholeQueries);
            FirstKey = (int*)arena.Take(wholeQueries);
            EndKey = (int*)arena.Take(wholeQueries);
        }

        /// <summary>Gradients of the tile start at 0.</summary>
        public void Begin() => AttentionTiles.Fill(Dk, (int)(Q - Dk), 0f);
    }

    /// <summary>Which heads and queries a unit of work pairs with its keys, and which gradients it adds.</summary>
    private struct BackwardPair
    {
        public int Batch, Group, FirstHead, EndHead, FirstQuery, EndQuery;
        public bool AddsKeys, AddsQueries;

        /// <summary>All heads of the group and all queries.</summary>
        public void TakeAll(State* state)
        {
            FirstHead = Group * state->HeadsPerGroup;
            EndHead = FirstHead + state->HeadsPerGroup;
            (FirstQuery, EndQuery) = (0, state->Shape.Queries);
        }

        /// <summary>Asks for a tile of keys and values.</summary>
        public readonly void FetchKeys(State* state, ref AttentionRowsAhead ahead, int key)
        {
            int keys = Math.Min(KeysAtOnce, state->Shape.Keys - key);
            ahead.Add(state->K + state->KeyRow(Batch, key, Group), state->Shape.KeyStride, keys);
            ahead.Add(state->V + state->ValueRow(Batch, key, Group), state->Shape.ValueStride, keys);
        }

        /// <summary>Asks for the gradients of a tile of keys, which are added to at its end.</summary>
        public readonly void FetchGradients(State* state, ref AttentionRowsAhead ahead, int key, int keys)
        {
            if (AddsKeys && state->Dk != null)
            {
                ahead.Add(state->Dk + state->KeyRow(Batch, key, Group), state->Shape.KeyStride, keys);
            }
            if (AddsKeys && state->Dv != null)
            {
                ahead.Add(state->Dv + state->ValueRow(Batch, key, Group), state->Shape.ValueStride, keys);
            }
        }

        /// <summary>Asks for the first tile of queries.</summary>
        public readonly void FetchFirstQueries(State* state, ref AttentionRowsAhead ahead)
        {
            ref readonly AttentionShape shape = ref state->Shape;
            int queries = Math.Min(QueryTile, EndQuery - FirstQuery);
            nint row = state->QueryRow(Batch, FirstQuery, FirstHead);
            ahead.Add(state->Q + row, shape.QueryStride, queries);
            ahead.Add(state->Dy + state->OutputRow(Batch, FirstQuery, FirstHead), shape.OutputStride, queries);
            if (AddsQueries)
            {
                ahead.Add(state->Dq + row, shape.QueryStride, queries);
            }
        }

        /// <summary>Asks for the queries that come a tile later, six at a time, while the CPU computes: a head's rows lie too far apart for the hardware to guess.</summary>
        public readonly void FetchQueries(State* state, int head, int query, int endQuery)
        {
            ref readonly AttentionShape shape = ref state->Shape;
            int rows = Math.Min(AttentionTiles.Rows, endQuery - query);
            nint row = state->QueryRow(Batch, query, head);
            AttentionTiles.Fetch(state->Q + row, shape.QueryStride, rows, shape.HeadSize);
            AttentionTiles.Fetch(state->Dy + state->OutputRow(Batch, query, head), shape.OutputStride, rows, shape.HeadSize);
            if (AddsQueries)
            {
                AttentionTiles.Fetch(state->Dq + row, shape.QueryStride, rows, shape.HeadSize);
            }
        }
    }
}
