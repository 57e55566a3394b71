using System.Runtime.CompilerServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Fused attention: tiles of queries against tiles of keys with an online softmax; the T×S scores never exist.</summary>
/// <remarks>
/// Dao et al. 2022, arXiv:2205.14135; Rabe and Staats 2021, arXiv:2112.05682. The bits of a query row depend on that row, its keys and its
/// values alone: keys come in tiles of a fixed size that start at key 0, each score is one chain along the head, each sum of weights runs in
/// 16 lanes by key index, each output is one chain along the keys. So one query against a cache gives the bits of the full pass,
/// at every vector width and thread count. Knows nothing about projections, rotary angles or dropout.
/// </remarks>
internal static unsafe partial class AttentionKernel
{
    /// <summary>Keys of a tile; tiles start at multiples of it.</summary>
    public const int KeyTile = 64;

    // Lanes of a row's sums, a multiple of every vector.
    private const int SumLanes = 16;

    /// <summary>Floats to which the rows of a tile are padded: whole register tiles and whole sums.</summary>
    private static int Align<TWidth, TVector>() where TWidth : struct, IVectorWidth<TVector> where TVector : struct =>
        Math.Max(SumLanes, 2 * TWidth.Lanes);

    private static int RoundUp(int x, int multiple) => (x + multiple - 1) / multiple * multiple;

    private static int RoundDown(int x, int multiple) => x / multiple * multiple;

    private static int Blocks(int count, int size) => (count + size - 1) / size;

    /// <summary>Everything that a loop over work units reads.</summary>
    private struct State
    {
        public AttentionShape Shape;
        public float* Q, K, V, Y, LogSumExp, Dy, Dq, Dk, Dv;

        /// <summary>Σ dy ⊙ y of each row, where <see cref="LogSumExp"/> has its statistic.</summary>
        public float* Delta;

        /// <summary>Scratch memory of each worker.</summary>
        public float** Scratch;

        /// <summary>How the work is cut; has no influence on any bit.</summary>
        public int HeadsPerUnit, QueriesPerUnit, Units, Threads;

        public readonly int HeadsPerGroup => Shape.Heads / Shape.KeyValueHeads;

        /// <summary>Position of query 0 of a sequence.</summary>
        public readonly int FirstPosition => Shape.Keys - Shape.Queries;

        /// <summary>First key that a query sees.</summary>
        public readonly int FirstKey(int query) =>
            Shape.Causal && Shape.Window > 0 ? Math.Max(0, FirstPosition + query - Shape.Window + 1) : 0;

        /// <summary>End of the keys that a query sees; not above <see cref="FirstKey"/> where it sees none.</summary>
        public readonly int EndKey(int query) => Shape.Causal ? Math.Max(0, FirstPosition + query + 1) : Shape.Keys;

        /// <summary>The queries that see some of these keys; empty where First ≥ End.</summary>
        public readonly (int First, int End) QueriesOf(int key, int keys)
        {
            int first = Shape.Causal ? Math.Max(0, key - FirstPosition) : 0;
            int end = Shape.Causal && Shape.Window > 0 ? (int)Math.Min(Shape.Queries, (long)key + keys - 1 + Shape.Window - FirstPosition) : Shape.Queries;
            return (first, end);
        }

        public readonly nint QueryRow(int batch, int query, int head) => Row(batch, Shape.Queries, query, Shape.QueryStride, head);

        public readonly nint KeyRow(int batch, int key, int group) => Row(batch, Shape.KeyBatchStride, key, Shape.KeyStride, group);

        public readonly nint ValueRow(int batch, int key, int group) => Row(batch, Shape.KeyBatchStride, key, Shape.ValueStride, group);

        public readonly nint OutputRow(int batch, int query, int head) => Row(batch, Shape.Queries, query, Shape.OutputStride, head);

        public readonly nint Statistic(int batch, int query, int head) => ((((nint)batch * Shape.Heads) + head) * Shape.Queries) + query;

        private readonly nint Row(int batch, int rowsPerBatch, int row, int stride, int head) =>
            ((((nint)batch * rowsPerBatch) + row) * stride) + ((nint)head * Shape.HeadSize);
    }

    /// <summary>The unit that a worker probably takes after this one; this one at the end.</summary>
    private static int After(State* state, int unit) => unit + state->Threads < state->Units ? unit + state->Threads : unit;

    /// <summary>Carves pieces from a block of scratch memory; from null it only counts them.</summary>
    private ref struct Arena(float* start)
    {
        /// <summary>Floats taken so far.</summary>
        public int Length { get; private set; }

        public float* Take(int floats)
        {
            float* piece = start + Length;
            Length = checked(Length + RoundUp(floats, SumLanes));
            return piece;
        }
    }
}
