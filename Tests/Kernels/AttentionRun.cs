using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>Inputs of an attention call, and its results on a CPU backend as arrays.</summary>
internal sealed class AttentionRun
{
    public AttentionRun(AttentionShape shape, int seed = 1, float size = 1f)
    {
        Shape = shape;
        Random random = new(seed);
        float[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ =>
            size * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
        Q = Normal(shape.Batch * shape.Queries * shape.QueryStride);
        K = Normal(shape.Batch * shape.KeyBatchStride * shape.KeyStride);
        V = Normal(shape.Batch * shape.KeyBatchStride * shape.ValueStride);
        Dy = Normal(shape.Batch * shape.Queries * shape.OutputStride);
    }

    public AttentionShape Shape { get; }
    public float[] Q { get; init; }
    public float[] K { get; init; }
    public float[] V { get; init; }
    public float[] Dy { get; init; }
    public float[] Y { get; private set; } = [];
    public float[] LogSumExp { get; private set; } = [];
    public float[] Dq { get; private set; } = [];
    public float[] Dk { get; private set; } = [];
    public float[] Dv { get; private set; } = [];

    /// <summary>Rows without gaps between them; the scale is 1/√D.</summary>
    public static AttentionShape Tight(int batch, int queries, int keys, int heads, int groups, int size, bool causal, int window = 0) =>
        new(batch, queries, keys, heads, groups, size, heads * size, groups * size, groups * size, heads * size, keys, causal, window, 1f / MathF.Sqrt(size));

    /// <summary>Forward, and backward into gradients that start at <paramref name="start"/>.</summary>
    public AttentionRun On(CpuBackend backend, bool backward = true, float start = 0f)
    {
        using Arrays arrays = new(backend);
        View q = arrays.Add(Q), k = arrays.Add(K), v = arrays.Add(V), dy = arrays.Add(Dy);
        View y = arrays.Add(new float[Shape.Batch * Shape.Queries * Shape.OutputStride]);
        View logSumExp = arrays.Add(new float[Shape.Batch * Shape.Heads * Shape.Queries]);
        backend.Attention(q, k, v, y, logSumExp, Shape);
        (Y, LogSumExp) = (y.Span.ToArray(), logSumExp.Span.ToArray());
        if (backward)
        {
            View dq = arrays.Add(Filled(Q.Length, start)), dk = arrays.Add(Filled(K.Length, start)), dv = arrays.Add(Filled(V.Length, start));
            backend.AttentionBackward(q, k, v, y, logSumExp, dy, dq, dk, dv, Shape);
            (Dq, Dk, Dv) = (dq.Span.ToArray(), dk.Span.ToArray(), dv.Span.ToArray());
        }
        return this;
    }

    /// <summary>The same in double precision.</summary>
    public AttentionTwin Twin() => new(Shape, Wide(Q), Wide(K), Wide(V), Wide(Dy));

    public static double[] Wide(float[] x) => Array.ConvertAll(x, value => (double)value);

    /// <summary>Largest difference, relative to the largest value of the truth, or to <paramref name="smallest"/>.</summary>
    public static double Error(float[] x, double[] truth, double smallest = 1e-30)
    {
        double difference = 0, largest = smallest;
        for (int i = 0; i < truth.Length; i++)
        {
            if (x[i] != truth[i])
            {
                double d = Math.Abs(x[i] - truth[i]);
                difference = double.IsNaN(d) ? double.PositiveInfinity : Math.Max(difference, d);
            }
            largest = Math.Max(largest, double.IsFinite(truth[i]) ? Math.Abs(truth[i]) : 0);
        }
        return difference / largest;
    }

    private static float[] Filled(int length, float value)
    {
        float[] x = new float[length];
        Array.Fill(x, value);
        return x;
    }

    /// <summary>Buffers that are freed together.</summary>
    internal sealed class Arrays(CpuBackend backend) : IDisposable
    {
        private readonly List<TensorBuffer> _buffers = [];

        public View Add(float[] values)
        {
            TensorBuffer buffer = backend.Allocate(Math.Max(values.Length, 1));
            values.CopyTo(buffer.Span);
            _buffers.Add(buffer);
            return new View(buffer, 0, values.Length);
        }

        public void Dispose() => _buffers.ForEach(b => b.Dispose());
    }
}
