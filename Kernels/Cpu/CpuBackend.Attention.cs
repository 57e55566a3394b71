using System.Runtime.Intrinsics;

namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sizes contradict each other, or a view is too short for them.</exception>
    public override void Attention(View q, View k, View v, View y, View logSumExp, in AttentionShape shape)
    {
        const string operation = nameof(Attention);
        AttentionRules.Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0)
        {
            return;
        }
        float* pq = Part(q, AttentionRules.QueryFloats(shape, shape.QueryStride), operation, nameof(q));
        float* pk = Part(k, AttentionRules.KeyFloats(shape, shape.KeyStride), operation, nameof(k));
        float* pv = Part(v, AttentionRules.KeyFloats(shape, shape.ValueStride), operation, nameof(v));
        float* py = Part(y, AttentionRules.QueryFloats(shape, shape.OutputStride), operation, nameof(y));
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
        AttentionRules.Check(shape, operation);
        if (shape.Batch == 0 || shape.Queries == 0 || shape.Keys == 0)
        {
            return;
        }
        long queryFloats = AttentionRules.QueryFloats(shape, shape.QueryStride), outputFloats = AttentionRules.QueryFloats(shape, shape.OutputStride);
        long keyFloats = AttentionRules.KeyFloats(shape, shape.KeyStride), valueFloats = AttentionRules.KeyFloats(shape, shape.ValueStride);
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

    private static float* Part(View view, long length, string operation, string argument)
    {
        AttentionRules.CheckLength(view, length, operation, argument);
        return Pointer(view);
    }
}
