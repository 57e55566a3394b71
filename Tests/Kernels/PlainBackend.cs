using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>Every operation as its textbook loop, one thread, sums in double: the reference that the fast kernels must match.</summary>
internal partial class PlainBackend : Backend
{
    public override string Name => "plain";

    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32) => new CpuBuffer(length, format);

    public override void Dispose()
    {
    }

    public override void Fill(View x, float value) => x.Span.Fill(value);
    public override void Copy(View x, View y) => x.Span.CopyTo(y.Span);

    public override void Add(View a, View b, View y)
    {
        Span<float> sa = a.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = sa[i] + sb[i]; }
    }

    public override void Accumulate(View x, View into, float scale = 1f)
    {
        Span<float> sx = x.Span, sy = into.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = MathF.FusedMultiplyAdd(scale, sx[i], sy[i]); }
    }

    public override void Scale(View x, View y, float scale)
    {
        Span<float> sx = x.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = scale * sx[i]; }
    }

    public override void Normalize(View x, View sumOfSquares, double epsilon) => Scale(x, x, (float)(1 / (Math.Sqrt(sumOfSquares.Span[0]) + epsilon)));

    public override void Multiply(View a, View b, View y)
    {
        Span<float> sa = a.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = sa[i] * sb[i]; }
    }

    public override void MultiplyBackward(View a, View b, View dy, View da, View db)
    {
        Span<float> sa = a.Span, sb = b.Span, sdy = dy.Span;
        for (int i = 0; i < sdy.Length; i++)
        {
            if (!da.IsEmpty) { da.Span[i] += sdy[i] * sb[i]; }
            if (!db.IsEmpty) { db.Span[i] += sdy[i] * sa[i]; }
        }
    }

    public override void AddRows(View x, View b, View y, int rows, int columns, int period)
    {
        Span<float> sx = x.Span, sb = b.Span, sy = y.Span;
        for (int i = 0; i < rows * columns; i++) { sy[i] = sx[i] + sb[(i / columns % period * columns) + (i % columns)]; }
    }

    public override void AddRowsBackward(View dy, View db, int rows, int columns, int period)
    {
        Span<float> sdy = dy.Span, sdb = db.Span;
        for (int i = 0; i < rows * columns; i++) { sdb[(i / columns % period * columns) + (i % columns)] += sdy[i]; }
    }

    public override void Map<TFunction>(View x, View y)
    {
        Span<float> sx = x.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = TFunction.Invoke(sx[i]); }
    }

    public override void MapBackward<TFunction>(View x, View dy, View dx, bool accumulate = true)
    {
        if (!accumulate) { dx.Span.Clear(); }
        Span<float> sx = x.Span, sdy = dy.Span, sdx = dx.Span;
        for (int i = 0; i < sdx.Length; i++) { sdx[i] += sdy[i] * TFunction.Derivative(sx[i]); }
    }

    public override void Gate<TFunction>(View gate, View up, View y)
    {
        Span<float> sg = gate.Span, su = up.Span, sy = y.Span;
        for (int i = 0; i < sy.Length; i++) { sy[i] = TFunction.Invoke(sg[i]) * su[i]; }
    }

    public override void GateBackward<TFunction>(View gate, View up, View dy, View dgate, View dup, bool accumulate = true)
    {
        foreach (View gradient in accumulate ? default(ReadOnlySpan<View>) : [dgate, dup])
        {
            if (!gradient.IsEmpty) { gradient.Span.Clear(); }
        }
        Span<float> sg = gate.Span, su = up.Span, sdy = dy.Span, sdg = dgate.Span, sdu = dup.Span;
        for (int i = 0; i < sdy.Length; i++)
        {
            sdg[i] += sdy[i] * su[i] * TFunction.Derivative(sg[i]);
            sdu[i] += sdy[i] * TFunction.Invoke(sg[i]);
        }
    }

    public override void Dropout(View x, View y, float rate, RandomStream stream)
    {
        Span<float> sx = x.Span, sy = y.Span;
        float keep = 1f / (1f - rate);
        for (int i = 0; i < sy.Length; i++) { sy[i] = CounterRandom.Uniform(stream, (ulong)i) >= rate ? sx[i] * keep : 0f; }
    }

    public override void DropoutBackward(View dy, View dx, float rate, RandomStream stream, bool accumulate = true)
    {
        if (!accumulate) { dx.Span.Clear(); }
        Span<float> sdy = dy.Span, sdx = dx.Span;
        float keep = 1f / (1f - rate);
        for (int i = 0; i < sdx.Length; i++) { sdx[i] += CounterRandom.Uniform(stream, (ulong)i) >= rate ? sdy[i] * keep : 0f; }
    }

    public override void MatMul(MatMulLayout layout, View a, View b, View c, int m, int n, int k, bool accumulate = false, View bias = default)
    {
        Span<float> sa = a.Span, sb = b.Span, sc = c.Span;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? sc[(i * n) + j] : bias.IsEmpty ? 0f : bias.Span[j];
                for (int p = 0; p < k; p++)
                {
                    float left = layout == MatMulLayout.TN ? sa[(p * m) + i] : sa[(i * k) + p];
                    float right = layout == MatMulLayout.NT ? sb[(j * k) + p] : sb[(p * n) + j];
                    sum = MathF.FusedMultiplyAdd(left, right, sum);
                }
                sc[(i * n) + j] = sum;
            }
        }
    }

    public override void Write(ReadOnlySpan<float> source, View destination) => source.CopyTo(destination.Span);
    public override void Read(View source, Span<float> destination) => source.Span.CopyTo(destination);
    public override void WriteTokens(ReadOnlySpan<int> source, View destination) => source.CopyTo(Ids(destination));
    public override void ReadTokens(View source, Span<int> destination) => Ids(source).CopyTo(destination);

    /// <summary>The bits of a view as token ids.</summary>
    private static Span<int> Ids(View tokens) => MemoryMarshal.Cast<float, int>(tokens.Span);

    private static float At(View x, int i, float otherwise) => x.IsEmpty ? otherwise : x.Span[i];

    private static float Max(ReadOnlySpan<float> x)
    {
        float max = float.NegativeInfinity;
        foreach (float value in x) { max = MathF.Max(max, value); }
        return max;
    }
}
