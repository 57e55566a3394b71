using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <content>Tables of tokens, and the loss.</content>
internal sealed partial class GpuBackend
{
    // Columns up to which a warp has a row of logits alone.
    private const int WarpColumns = 1024;

    /// <inheritdoc/>
    /// <remarks>logSumExp too is 0 where the target is ignored. A target that is neither a column nor ignored makes both NaN: the host does not see it.</remarks>
    public override void CrossEntropy(View logits, View targets, View losses, View logSumExp, int rows, int columns, int ignoreIndex)
    {
        const string operation = "CrossEntropy";
        ArrayView<float> px = Floats(logits, Elements(rows, columns, operation), operation, nameof(logits));
        ArrayView<int> ids = Ids(targets, rows, operation, nameof(targets));
        ArrayView<float> pl = Floats(losses, rows, operation, nameof(losses)), pe = Floats(logSumExp, rows, operation, nameof(logSumExp));
        int fours = Fours(0, logits) ? 1 : 0;
        if (columns <= WarpColumns) { Launch(CrossEntropyKernels.Forward<WarpTeam>, Warps(rows), px, ids, pl, pe, rows, columns, ignoreIndex, fours); }
        else { Launch(CrossEntropyKernels.Forward<GroupTeam>, Groups(rows), px, ids, pl, pe, rows, columns, ignoreIndex, fours); }
    }

    /// <inheritdoc/>
    /// <remarks>A target that is neither a column nor ignored leaves the NaN of its logSumExp in the whole row.</remarks>
    public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default)
    {
        const string operation = "CrossEntropyBackward";
        long length = Elements(rows, columns, operation);
        ArrayView<float> px = Floats(logits, length, operation, nameof(logits)), pdx = Floats(dlogits, length, operation, nameof(dlogits)), pe = Floats(logSumExp, rows, operation, nameof(logSumExp));
        ArrayView<int> ids = Ids(targets, rows, operation, nameof(targets));
        ArrayView<float> pu = Optional(upstream, 1, operation, nameof(upstream));
        int fours = Fours(0, logits, dlogits) ? 1 : 0, hasUpstream = upstream.IsEmpty ? 0 : 1;
        if (columns <= WarpColumns) { Launch(CrossEntropyKernels.Backward<WarpTeam>, Warps(rows), px, ids, pe, pdx, pu, rows, columns, ignoreIndex, scale, hasUpstream, fours); }
        else { Launch(CrossEntropyKernels.Backward<GroupTeam>, Groups(rows), px, ids, pe, pdx, pu, rows, columns, ignoreIndex, scale, hasUpstream, fours); }
    }
}
