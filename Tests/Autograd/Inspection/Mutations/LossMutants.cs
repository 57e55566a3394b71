using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.Mutation;

namespace PureLlm.Tests.Autograd.Inspection.Mutations;

/// <summary>Mistakes in the losses.</summary>
internal static class LossMutants
{
    internal sealed class TargetForgotten : PlainBackend
    {
        public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default)
        {
            Span<int> ids = stackalloc int[rows];
            ReadTokens(targets, ids);
            base.CrossEntropyBackward(logits, targets, logSumExp, dlogits, rows, columns, ignoreIndex, scale, upstream);
            for (int row = 0; row < rows; row++)
            {
                if (ids[row] != ignoreIndex) { dlogits.Span[(row * columns) + ids[row]] += scale; }
            }
        }
    }

    internal sealed class LossWeightForgotten : PlainBackend
    {
        public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) =>
            base.CrossEntropyBackward(logits, targets, logSumExp, dlogits, rows, columns, ignoreIndex, MathF.Sign(scale), upstream);
    }

    internal sealed class IgnoredRowCounts : PlainBackend
    {
        public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) =>
            base.CrossEntropyBackward(logits, targets, logSumExp, dlogits, rows, columns, ignoreIndex - 1, scale, upstream);
    }

    internal sealed class TargetOffByOne : PlainBackend
    {
        public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) =>
            base.CrossEntropyBackward(logits, Shifted(targets), logSumExp, dlogits, rows, columns, ignoreIndex, scale, upstream);
    }

    internal sealed class LossOfStaleLogSumExp : PlainBackend
    {
        public override void CrossEntropyBackward(View logits, View targets, View logSumExp, View dlogits, int rows, int columns, int ignoreIndex, float scale, View upstream = default) =>
            base.CrossEntropyBackward(logits, targets, Shifted(logSumExp), dlogits, rows, columns, ignoreIndex, scale, upstream);
    }
}
