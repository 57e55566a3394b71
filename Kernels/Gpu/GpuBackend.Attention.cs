using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Attention: tiles of queries for a prompt or a step of training, chunks of keys for the few queries of decoding.</content>
internal sealed partial class GpuBackend
{
    /// <summary>Up to this many queries, the keys are split over the device; from one more on, the queries are.</summary>
    internal int MostSplitQueries { get; set; } = 8;

    /// <inheritdoc/>
    /// <remarks>The two ways (see <see cref="AttentionKernels"/> and <see cref="AttentionSplitKernels"/>) differ in their last bits:
    /// a token decoded alone has not the bits of the whole prompt. Which one is taken depends on the sizes alone.</remarks>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape)
    {
        const string operation = nameof(Attention);
        AttentionRules.Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0) { return; }
        var call = new AttentionCall
        {
            Sizes = new AttentionSizes(shape),
            Q = Part(q, AttentionRules.QueryFloats(shape, shape.QueryStride), operation, nameof(q)),
            K = Part(k, AttentionRules.KeyFloats(shape, shape.KeyStride), operation, nameof(k)),
            V = Part(v, AttentionRules.KeyFloats(shape, shape.ValueStride), operation, nameof(v)),
            Y = Part(y, AttentionRules.QueryFloats(shape, shape.OutputStride), operation, nameof(y)),
            LogSumExp = Part(logSumExp, (long)shape.Batch * shape.Heads * shape.Queries, operation, nameof(logSumExp)),
        };
        bool aligned = AreAligned(shape) && IsAligned(q) && IsAligned(k) && IsAligned(v) && IsAligned(y);
        if (shape.Keys > 0 && shape.Queries <= MostSplitQueries && shape.HeadSize <= Math.Min(AttentionSplitKernels.MostColumns, 4 * GroupSize))
        {
            if (aligned) { AttendInChunks<AlignedRows>(call); }
            else { AttendInChunks<AnyRows>(call); }
        }
        else
        {
            LaunchTiles(AttentionPass.Forward, call, aligned);
        }
    }

    /// <inheritdoc/>
    /// <remarks>An empty dq, dk or dv is skipped.</remarks>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
    {
        const string operation = nameof(AttentionBackward);
        AttentionRules.Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0 || shape.Keys == 0) { return; }
        long queryFloats = AttentionRules.QueryFloats(shape, shape.QueryStride), outputFloats = AttentionRules.QueryFloats(shape, shape.OutputStride);
        long keyFloats = AttentionRules.KeyFloats(shape, shape.KeyStride), valueFloats = AttentionRules.KeyFloats(shape, shape.ValueStride);
        long statistics = (long)shape.Batch * shape.Heads * shape.Queries;
        var call = new AttentionCall
        {
            Sizes = new AttentionSizes(shape),
            Q = Part(q, queryFloats, operation, nameof(q)),
            K = Part(k, keyFloats, operation, nameof(k)),
            V = Part(v, valueFloats, operation, nameof(v)),
            Y = Part(y, outputFloats, operation, nameof(y)),
            LogSumExp = Part(logSumExp, statistics, operation, nameof(logSumExp)),
            Dy = Part(dy, outputFloats, operation, nameof(dy)),
            Dq = dq.IsEmpty ? default : Part(dq, queryFloats, operation, nameof(dq)),
            Dk = dk.IsEmpty ? default : Part(dk, keyFloats, operation, nameof(dk)),
            Dv = dv.IsEmpty ? default : Part(dv, valueFloats, operation, nameof(dv)),
            Delta = Workspace(statistics),
            AddsKeys = dk.IsEmpty ? 0 : 1,
            AddsValues = dv.IsEmpty ? 0 : 1,
        };
        bool aligned = AreAligned(shape) && IsAligned(q) && IsAligned(k) && IsAligned(v) && IsAligned(dy) && IsAligned(dq) && IsAligned(dk) && IsAligned(dv);
        Launch(AttentionKernels.OutputProducts, Threads(checked((int)statistics * AttentionKernels.ProductThreads)), call.Y, call.Dy, call.Delta, call.Sizes);
        if (!dq.IsEmpty) { LaunchTiles(AttentionPass.BackwardQueries, call, aligned); }
        if (!dk.IsEmpty || !dv.IsEmpty) { LaunchTiles(AttentionPass.BackwardKeys, call, aligned); }
    }

    private void AttendInChunks<TRows>(in AttentionCall call) where TRows : struct, IAttentionRows
    {
        AttentionSizes sizes = call.Sizes;
        int chunks = Ceiling(sizes.Keys, AttentionSplitKernels.ChunkOf(GroupSize)), blocks = Ceiling(sizes.Share * sizes.Queries, AttentionSplitKernels.Rows);
        int fours = Ceiling(sizes.HeadSize, 4), threads = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)fours);
        long rows = (long)sizes.Batch * sizes.Heads * sizes.Queries, floats = 4 * rows * chunks * fours;
        ArrayView<float> workspace = Workspace(floats + (2 * rows * chunks)), statistics = workspace.SubView(floats, 2 * rows * chunks);
        ArrayView<Four> parts = workspace.SubView(0, floats).Cast<Four>();
        Launch(AttentionSplitKernels.Parts<TRows>, Groups(checked(chunks * blocks * sizes.KeyValueHeads * sizes.Batch)), call.Q, call.K, call.V, parts, statistics, sizes, chunks, threads);
        Launch(AttentionSplitKernels.Combine<TRows>, Threads(checked((int)rows * fours)), parts, statistics, call.Y, call.LogSumExp, sizes, chunks);
    }

    private void LaunchTiles(AttentionPass pass, in AttentionCall call, bool aligned)
    {
        switch (aligned, GroupSize >= 256)
        {
            case (true, true): LaunchTiles<AlignedRows, WideGroup>(pass, call); break;
            case (true, false): LaunchTiles<AlignedRows, NarrowGroup>(pass, call); break;
            case (false, true): LaunchTiles<AnyRows, WideGroup>(pass, call); break;
            default: LaunchTiles<AnyRows, NarrowGroup>(pass, call); break;
        }
    }

    private void LaunchTiles<TRows, TGroup>(AttentionPass pass, in AttentionCall call) where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup
    {
        if (call.Sizes.HeadSize <= 4 * TGroup.Side) { LaunchTiles<TRows, TGroup, OneTile>(pass, call); }
        else { LaunchTiles<TRows, TGroup, TwoTiles>(pass, call); }
    }

    private void LaunchTiles<TRows, TGroup, TColumns>(AttentionPass pass, in AttentionCall call)
        where TRows : struct, IAttentionRows where TGroup : struct, IAttentionGroup where TColumns : struct, IAttentionColumns
    {
        AttentionSizes sizes = call.Sizes;
        int tile = 4 * TGroup.Side, panels = Ceiling(sizes.HeadSize, tile * TColumns.Tiles);
        KernelConfig Tiles(int rows, int heads) => new(checked(Ceiling(rows, tile) * sizes.Batch * heads * panels), TGroup.Side * TGroup.Side);
        switch (pass)
        {
            case AttentionPass.Forward:
                Launch(AttentionKernels.Forward<TRows, TGroup, TColumns>, Tiles(sizes.Queries, sizes.Heads), call.Q, call.K, call.V, call.Y, call.LogSumExp, sizes, panels);
                break;
            case AttentionPass.BackwardQueries:
                Launch(AttentionKernels.BackwardQueries<TRows, TGroup, TColumns>, Tiles(sizes.Queries, sizes.Heads),
                    call.Q, call.K, call.V, call.LogSumExp, call.Dy, call.Delta, call.Dq, sizes, panels);
                break;
            default:
                Launch(AttentionKernels.BackwardKeys<TRows, TGroup, TColumns>, Tiles(sizes.Keys, sizes.KeyValueHeads),
                    call.Q, call.K, call.V, call.LogSumExp, call.Dy, call.Delta, call.Dk, call.Dv, sizes, panels, call.AddsKeys, call.AddsValues);
                break;
        }
    }

    private static int Ceiling(int count, int size) => (int)(((long)count + size - 1) / size);

    private static bool IsAligned(View view) => view.IsEmpty || view.Offset % 4 == 0;

    private static bool AreAligned(in AttentionShape shape) =>
        (shape.HeadSize | shape.QueryStride | shape.KeyStride | shape.ValueStride | shape.OutputStride) % 4 == 0;

    // The first floats of a view that holds at least as many.
    private static ArrayView<float> Part(View view, long length, string operation, string argument)
    {
        AttentionRules.CheckLength(view, length, operation, argument);
        return length == 0 ? default : Floats(view.Slice(0, (int)length), length, operation, argument);
    }

    private enum AttentionPass
    {
        Forward,
        BackwardQueries,
        BackwardKeys,
    }

    private readonly struct AttentionCall
    {
        public AttentionSizes Sizes { get; init; }
        public ArrayView<float> Q { get; init; }
        public ArrayView<float> K { get; init; }
        public ArrayView<float> V { get; init; }
        public ArrayView<float> Y { get; init; }
        public ArrayView<float> LogSumExp { get; init; }
        public ArrayView<float> Dy { get; init; }
        public ArrayView<float> Delta { get; init; }
        public ArrayView<float> Dq { get; init; }
        public ArrayView<float> Dk { get; init; }
        public ArrayView<float> Dv { get; init; }
        public int AddsKeys { get; init; }
        public int AddsValues { get; init; }
    }
}
