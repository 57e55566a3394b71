using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.Mutation;

namespace PureLlm.Tests.Autograd.Inspection.Mutations;

/// <summary>Mistakes in rotary positions and attention.</summary>
internal static class AttentionMutants
{
    internal sealed class TurnedTheWrongWay : PlainBackend
    {
        public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true)
        {
            View turned = Zeros(dx.Length);
            base.Rotary(dy, table, turned, shape);
            Accumulate(turned, dx);
        }
    }

    internal sealed class RotaryOffByOnePosition : PlainBackend
    {
        public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) =>
            base.RotaryBackward(dy, table, dx, shape with { FirstPosition = shape.FirstPosition + 1 }, accumulate);
    }

    internal sealed class OtherPairs : PlainBackend
    {
        public override void RotaryBackward(View dy, View table, View dx, in RotaryShape shape, bool accumulate = true) =>
            base.RotaryBackward(dy, table, dx, shape with { Interleaved = !shape.Interleaved }, accumulate);
    }

    internal sealed class MaskForgotten : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) =>
            base.AttentionBackward(q, k, v, y, logSumExp, dy, dq, dk, dv, shape with { Causal = false });
    }

    internal sealed class WindowOffByOne : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) =>
            base.AttentionBackward(q, k, v, y, logSumExp, dy, dq, dk, dv, shape with { Window = shape.Window + 1 });
    }

    internal sealed class RootOfHeadSizeForgotten : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
        {
            int size = shape.HeadSize;
            View dq1 = Zeros(dq.Length), dk1 = Zeros(dk.Length);
            base.AttentionBackward(q, k, v, y, logSumExp, dy, dq1, dk1, dv, shape);
            Accumulate(dq1, dq, MathF.Sqrt(size));
            Accumulate(dk1, dk, MathF.Sqrt(size));
        }
    }

    internal sealed class AttentionWithoutSum : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) =>
            base.AttentionBackward(q, k, v, Zeros(y.Length), logSumExp, dy, dq, dk, dv, shape);
    }

    internal sealed class StaleLogSumExp : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape) =>
            base.AttentionBackward(q, k, v, y, Shifted(logSumExp), dy, dq, dk, dv, shape);
    }

    internal sealed class KeysAndValuesExchanged : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
        {
            // The views reach to the end of the rows: the gradients change places within the length that both have.
            View keys = Zeros(dk.Length), values = Zeros(dv.Length);
            base.AttentionBackward(q, k, v, y, logSumExp, dy, dq, keys, values, shape);
            int columns = shape.KeyValueHeads * shape.HeadSize;
            for (int i = 0; i < dv.Length; i++)
            {
                if (i % shape.KeyStride >= columns) { continue; }
                dk.Span[i] += values.Span[i];
                dv.Span[i] += keys.Span[i];
            }
        }
    }

    internal sealed class OnlyTheFirstHeadOfAGroup : PlainBackend
    {
        public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
        {
            (int share, int size, int heads) = (shape.Heads / shape.KeyValueHeads, shape.HeadSize, shape.Heads);
            View first = Changed(dy, (value, i) => i / size % heads % share == 0 ? value : 0);
            base.AttentionBackward(q, k, v, y, logSumExp, dy, dq, Zeros(dk.Length), Zeros(dv.Length), shape);
            base.AttentionBackward(q, k, v, y, logSumExp, first, Zeros(dq.Length), dk, dv, shape);
        }
    }
}
