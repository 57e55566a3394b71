using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.Mutation;

namespace PureLlm.Tests.Autograd.Inspection.Mutations;

/// <summary>Mistakes in products, sums, functions and dropout.</summary>
internal static class ArithmeticMutants
{
    internal sealed class SignFlippedInProduct : PlainBackend
    {
        public override void MultiplyBackward(View a, View b, View dy, View da, View db) => base.MultiplyBackward(a, b, Changed(dy, value => -value), da, db);
    }

    internal sealed class OwnFactorInProduct : PlainBackend
    {
        public override void MultiplyBackward(View a, View b, View dy, View da, View db) => base.MultiplyBackward(b, a, dy, da, db);
    }

    internal sealed class OverwrittenProduct : PlainBackend
    {
        public override void MultiplyBackward(View a, View b, View dy, View da, View db)
        {
            da.Span.Clear();
            base.MultiplyBackward(a, b, dy, da, db);
        }
    }

    internal sealed class ScaleForgotten : PlainBackend
    {
        public override void Accumulate(View x, View into, float scale = 1f) => base.Accumulate(x, into);
    }

    internal sealed class SignFlippedInSum : PlainBackend
    {
        public override void Accumulate(View x, View into, float scale = 1f) => base.Accumulate(x, into, -scale);
    }

    internal sealed class ResidualOverwritten : PlainBackend
    {
        public override void Accumulate(View x, View into, float scale = 1f) => Copy(x, into);
    }

    internal sealed class WeightGradientTransposed : PlainBackend
    {
        public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) =>
            base.MatMul(layout, IsSquare(layout, m, n) ? b : a, IsSquare(layout, m, n) ? a : b, c, m, n, k, accumulate, bias);

        private static bool IsSquare(MatMulLayout layout, int m, int n) => layout == MatMulLayout.TN && m == n;
    }

    internal sealed class WeightNotTransposed : PlainBackend
    {
        public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) =>
            base.MatMul(layout == MatMulLayout.NN && n == k ? MatMulLayout.NT : layout, a, b, c, m, n, k, accumulate, bias);
    }

    internal sealed class LastTokenSkipped : PlainBackend
    {
        public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) =>
            base.MatMul(layout, a, b, c, m, n, layout == MatMulLayout.TN ? k - 1 : k, accumulate, bias);
    }

    internal sealed class WeightGradientOverwritten : PlainBackend
    {
        public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default) =>
            base.MatMul(layout, a, b, c, m, n, k, accumulate && layout != MatMulLayout.TN, bias);
    }

    internal sealed class LastRowOfBiasSkipped : PlainBackend
    {
        public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) => base.AddRowsBackward(dy, db, rows - 1, columns, period);
    }

    internal sealed class BiasOverTheWrongAxis : PlainBackend
    {
        public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) =>
            base.AddRowsBackward(Changed(dy, (_, i) => dy.Span[(i % columns * columns) + (i / columns)]), db, rows, columns, period);
    }

    internal sealed class PositionOffByOne : PlainBackend
    {
        public override void AddRowsBackward(View dy, View db, int rows, int columns, int period) => base.AddRowsBackward(Shifted(dy, columns), db, rows, columns, period);
    }

    internal sealed class TokenOffByOne : PlainBackend
    {
        public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns) => base.EmbeddingBackward(Shifted(tokens), dy, dtable, rows, columns);
    }

    internal sealed class RepeatedTokenOverwrites : PlainBackend
    {
        public override void EmbeddingBackward(View tokens, View dy, View dtable, int rows, int columns)
        {
            Span<int> ids = stackalloc int[rows];
            ReadTokens(tokens, ids);
            for (int row = 0; row < rows; row++) { Copy(dy.Slice(row * columns, columns), dtable.Slice(ids[row] * columns, columns)); }
        }
    }

    internal sealed class DerivativeForgotten : PlainBackend
    {
        public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) => Accumulate(dy, dx);
    }

    internal sealed class DerivativeAtTheResult : PlainBackend
    {
        public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true) => base.MapBackward<TFunction>(Changed(x, TFunction.Invoke), dy, dx, accumulate);
    }

    internal sealed class GateAndUpExchanged : PlainBackend
    {
        public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true) => base.GateBackward<TFunction>(up, gate, dy, dgate, dup, accumulate);
    }

    internal sealed class KeptValuesNotScaled : PlainBackend
    {
        public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true) =>
            base.DropoutBackward(Changed(dy, value => value * (1 - rate)), dx, rate, stream, accumulate);
    }

    internal sealed class AnotherDropoutMask : PlainBackend
    {
        public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true) =>
            base.DropoutBackward(dy, dx, rate, stream with { Stream = stream.Stream + 1 }, accumulate);
    }
}
