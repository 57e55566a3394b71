using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape)
    {
        const string operation = nameof(Attention);
        Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0)
        {
            return;
        }
        float* pq = Part(q, QueryFloats(shape, shape.QueryStride), operation, nameof(q));
        float* pk = Part(k, KeyFloats(shape, shape.KeyStride), operation, nameof(k));
        float* pv = Part(v, KeyFloats(shape, shape.ValueStride), operation, nameof(v));
        float* py = Part(y, QueryFloats(shape, shape.OutputStride), operation, nameof(y));
        float* pl = Part(logSumExp, (long)shape.Batch * shape.Heads * shape.Queries, operation, nameof(logSumExp));
        switch (Width)
        {
            case SimdWidth.Vector512:
                AttentionKernel.Forward<Width512, Vector512<float>>(Team, shape, pq, pk, pv, py, pl);
                break;
            case SimdWidth.Vector256:
                AttentionKernel.Forward<Width256, Vector256<float>>(Team, shape, pq, pk, pv, py, pl);
                break;
            default:
                AttentionKernel.Forward<Width1, float>(Team, shape, pq, pk, pv, py, pl);
                break;
        }
    }

    /// <inheritdoc/>
    /// <remarks>An empty dq, dk or dv is skipped.</remarks>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void AttentionBackward(View q, View k, View v, View y, View logSumExp, View dy, View dq, View dk, View dv, in AttentionShape shape)
    {
        const string operation = nameof(AttentionBackward);
        Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0 || shape.Keys == 0)
        {
            return;
        }
        long queryFloats = QueryFloats(shape, shape.QueryStride), outputFloats = QueryFloats(shape, shape.OutputStride);
        long keyFloats = KeyFloats(shape, shape.KeyStride), valueFloats = KeyFloats(shape, shape.ValueStride);
        float* pq = Part(q, queryFloats, operation, nameof(q));
        float* pk = Part(k, keyFloats, operation, nameof(k));
        float* pv = Part(v, valueFloats, operation, nameof(v));
        float* py = Part(y, outputFloats, operation, nameof(y));
        float* pl = Part(logSumExp, (long)shape.Batch * shape.Heads * shape.Queries, operation, nameof(logSumExp));
        float* pdy = Part(dy, outputFloats, operation, nameof(dy));
        float* pdq = dq.IsEmpty ? null : Part(dq, queryFloats, operation, nameof(dq));
        float* pdk = dk.IsEmpty ? null : Part(dk, keyFloats, operation, nameof(dk));
        float* pdv = dv.IsEmpty ? null : Part(dv, valueFloats, operation, nameof(dv));
        switch (Width)
        {
            case SimdWidth.Vector512:
                AttentionKernel.Backward<Width512, Vector512<float>>(Team, shape, pq, pk, pv, py, pl, pdy, pdq, pdk, pdv);
                break;
            case SimdWidth.Vector256:
                AttentionKernel.Backward<Width256, Vector256<float>>(Team, shape, pq, pk, pv, py, pl, pdy, pdq, pdk, pdv);
                break;
            default:
                AttentionKernel.Backward<Width1, float>(Team, shape, pq, pk, pv, py, pl, pdy, pdq, pdk, pdv);
                break;
        }
    }

    // Floats from the first to the last that is touched.
    private static long QueryFloats(in AttentionShape shape, int stride) =>
        (((((long)shape.Batch * shape.Queries) - 1) * stride) + ((long)shape.Heads * shape.HeadSize));

    private static long KeyFloats(in AttentionShape shape, int stride) => shape.Keys == 0 ? 0
        : ((((shape.Batch - 1L) * shape.KeyBatchStride) + shape.Keys - 1) * stride) + ((long)shape.KeyValueHeads * shape.HeadSize);

    private static float* Part(View view, long length, string operation, string argument)
    {
        int held = view.IsEmpty ? 0 : view.Length;
        return held >= length ? Pointer(view)
            : throw new ArgumentException($"{operation}: '{argument}' holds {held} floats, but the sizes and strides reach {length}; pass a longer view or correct the shape.");
    }

    private static void Check(in AttentionShape shape, string operation)
    {
        if (shape.Batch < 0 || shape.Queries < 0 || shape.Keys < 0 || shape.Heads < 1 || shape.KeyValueHeads < 1 || shape.HeadSize < 1)
        {
            throw new ArgumentException($"{operation}: batch {shape.Batch}, queries {shape.Queries} and keys {shape.Keys} must not be negative; heads {shape.Heads}, key heads {shape.KeyValueHeads} and head size {shape.HeadSize} must be at least 1.");
        }
        if (shape.Heads % shape.KeyValueHeads != 0)
        {
            throw new ArgumentException($"{operation}: {shape.Heads} query heads cannot share {shape.KeyValueHeads} key heads evenly; make the first a multiple of the second.");
        }
        CheckStride(operation, "query", shape.QueryStride, shape.Heads, shape.HeadSize);
        CheckStride(operation, "key", shape.KeyStride, shape.KeyValueHeads, shape.HeadSize);
        CheckStride(operation, "value", shape.ValueStride, shape.KeyValueHeads, shape.HeadSize);
        CheckStride(operation, "output", shape.OutputStride, shape.Heads, shape.HeadSize);
        if (shape.KeyBatchStride < shape.Keys)
        {
            throw new ArgumentException($"{operation}: sequences lie {shape.KeyBatchStride} key rows apart but have {shape.Keys} keys; the batch stride is at least the number of keys.");
        }
        if (shape.Window < 0 || (shape.Window > 0 && !shape.Causal))
        {
            throw new ArgumentException($"{operation}: a window of {shape.Window} {(shape.Window < 0 ? "is negative" : "needs a causal mask")}; use 0 for all positions.");
        }
    }

    private static void CheckStride(string operation, string rows, int stride, int heads, int headSize)
    {
        if (stride < (long)heads * headSize)
        {
            throw new ArgumentException($"{operation}: {rows} rows lie {stride} floats apart but hold {heads} heads of {headSize}; the stride is at least their product.");
        }
    }
}
