using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.Mutation;

namespace PureLlm.Tests.Autograd.Inspection.Mutations;

/// <summary>Mistakes in softmax and norms.</summary>
internal static class NormMutants
{
    internal sealed class SoftmaxWithoutSum : PlainBackend
    {
        public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns) => Accumulate(Changed(y, (value, i) => value * dy.Span[i]), dx);
    }

    internal sealed class SoftmaxSumUnweighted : PlainBackend
    {
        public override void SoftmaxBackward(View y, View dy, View dx, int rows, int columns)
        {
            for (int row = 0; row < rows; row++)
            {
                float sum = 0;
                for (int i = 0; i < columns; i++) { sum += dy.Span[(row * columns) + i]; }
                for (int i = row * columns; i < (row + 1) * columns; i++) { dx.Span[i] += y.Span[i] * (dy.Span[i] - sum); }
            }
        }
    }

    internal sealed class NormWithoutMean : PlainBackend
    {
        public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns)
        {
            base.RmsNormBackward(x, w, r, dy, default, dw, rows, columns);
            Accumulate(Changed(dy, (value, i) => r.Span[i / columns] * value * w.Span[i % columns]), dx);
        }
    }

    internal sealed class NormOfStaleScale : PlainBackend
    {
        public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) =>
            base.RmsNormBackward(x, w, Shifted(r), dy, dx, dw, rows, columns);
    }

    internal sealed class NormWeightForgotten : PlainBackend
    {
        public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) =>
            base.RmsNormBackward(x, default, r, dy, dx, dw, rows, columns);
    }

    internal sealed class LastNormRowSkipped : PlainBackend
    {
        public override void RmsNormBackward(View x, View w, View r, View dy, View dx, View dw, int rows, int columns) =>
            base.RmsNormBackward(x, w, r, dy, dx, dw, rows - 1, columns);
    }

    internal sealed class LayerNormWithoutMean : PlainBackend
    {
        public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns)
        {
            base.LayerNormBackward(x, w, mean, r, dy, default, dw, db, rows, columns);
            base.RmsNormBackward(Changed(x, (value, i) => value - mean.Span[i / columns]), w, r, dy, dx, default, rows, columns);
        }
    }

    internal sealed class LayerNormOfStaleMean : PlainBackend
    {
        public override void LayerNormBackward(View x, View w, View mean, View r, View dy, View dx, View dw, View db, int rows, int columns) =>
            base.LayerNormBackward(x, w, Shifted(mean), r, dy, dx, dw, db, rows, columns);
    }

    internal sealed class QueryAndKeyWeightsExchanged : PlainBackend
    {
        public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize) =>
            base.HeadNormBackward(x, wk, wq, r, dy, dx, dwq, dwk, rows, totalHeads, queryHeads, keyHeads, headSize);
    }

    internal sealed class ValueHeadsForgotten : PlainBackend
    {
        public override void HeadNormBackward(View x, View wq, View wk, View r, View dy, View dx, View dwq, View dwk, int rows, int totalHeads, int queryHeads, int keyHeads, int headSize) =>
            base.HeadNormBackward(x, wq, wk, r, Changed(dy, (value, i) => i / headSize % totalHeads < queryHeads + keyHeads ? value : 0), dx, dwq, dwk, rows, totalHeads, queryHeads, keyHeads, headSize);
    }
}
