using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Attention.</content>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape)
    {
        const string operation = nameof(Attention);
        AttentionRules.Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0) { return; }
        ArrayView<float> fq = Part(q, AttentionRules.QueryFloats(shape, shape.QueryStride), operation, nameof(q));
        ArrayView<float> fk = Part(k, AttentionRules.KeyFloats(shape, shape.KeyStride), operation, nameof(k));
        ArrayView<float> fv = Part(v, AttentionRules.KeyFloats(shape, shape.ValueStride), operation, nameof(v));
        ArrayView<float> fy = Part(y, AttentionRules.QueryFloats(shape, shape.OutputStride), operation, nameof(y));
        ArrayView<float> statistics = Part(logSumExp, (long)shape.Batch * shape.Heads * shape.Queries, operation, nameof(logSumExp));
        var sizes = new AttentionSizes(shape);
        bool aligned = AreAligned(shape) && IsAligned(q) && IsAligned(k) && IsAligned(v) && IsAligned(y);
        int side = GroupSize >= 256 ? 16 : 4, tile = 4 * side, panels = 1;
        bool wide = shape.HeadSize > tile;
        if (wide) { panels = (shape.HeadSize + (2 * tile) - 1) / (2 * tile); }
        var grid = new KernelConfig(checked((shape.Queries + tile - 1) / tile * shape.Batch * shape.Heads * panels), side * side);
        switch (aligned, side == 16, wide)
        {
            case (true, true, false): Launch(AttentionKernels.Forward<AlignedRows, WideGroup, OneTile>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (true, true, true): Launch(AttentionKernels.Forward<AlignedRows, WideGroup, TwoTiles>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (true, false, false): Launch(AttentionKernels.Forward<AlignedRows, NarrowGroup, OneTile>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (true, false, true): Launch(AttentionKernels.Forward<AlignedRows, NarrowGroup, TwoTiles>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (false, true, false): Launch(AttentionKernels.Forward<AnyRows, WideGroup, OneTile>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (false, true, true): Launch(AttentionKernels.Forward<AnyRows, WideGroup, TwoTiles>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            case (false, false, false): Launch(AttentionKernels.Forward<AnyRows, NarrowGroup, OneTile>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
            default: Launch(AttentionKernels.Forward<AnyRows, NarrowGroup, TwoTiles>, grid, fq, fk, fv, fy, statistics, sizes, panels); break;
        }
    }

    private static bool IsAligned(View view) => view.IsEmpty || view.Offset % 4 == 0;

    private static bool AreAligned(in AttentionShape shape) =>
        (shape.HeadSize | shape.QueryStride | shape.KeyStride | shape.ValueStride | shape.OutputStride) % 4 == 0;

    private static ArrayView<float> Part(View view, long length, string operation, string argument)
    {
        AttentionRules.CheckLength(view, length, operation, argument);
        return length == 0 ? default : Floats(view.Slice(0, (int)length), length, operation, argument);
    }
}
