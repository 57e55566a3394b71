using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>The bits of a row depend on that row, its keys and its values alone; extreme scores; errors; memory.</summary>
public class AttentionBitsTests
{
    private static readonly AttentionShape[] s_shapes =
    [
        AttentionRun.Tight(2, 70, 70, 4, 2, 20, true),
        AttentionRun.Tight(1, 9, 131, 4, 1, 8, false),
        AttentionRun.Tight(3, 130, 130, 1, 1, 16, true, 37),
        AttentionRun.Tight(1, 300, 300, 2, 1, 4, true),
    ];

    [Test]
    public void Every_thread_count_gives_the_same_bits([ValueSource(nameof(s_shapes))] AttentionShape shape, [Values(2, 3, 7)] int threads)
    {
        using CpuBackend one = new(1), many = new(threads);
        AssertSameBits(new AttentionRun(shape).On(many), new AttentionRun(shape).On(one));
    }

    [Test]
    public void Every_vector_width_gives_the_same_bits([ValueSource(nameof(s_shapes))] AttentionShape shape, [Values] SimdWidth width)
    {
        using CpuBackend own = new(1), other = new(2, width);
        AssertSameBits(new AttentionRun(shape).On(other), new AttentionRun(shape).On(own));
    }

    [Test]
    public void A_sequence_has_the_same_bits_alone_and_in_a_batch([ValueSource(nameof(s_shapes))] AttentionShape shape)
    {
        using CpuBackend backend = new(2);
        AttentionRun batch = new AttentionRun(shape).On(backend);
        for (int b = 0; b < shape.Batch; b++)
        {
            AttentionRun alone = new AttentionRun(shape with { Batch = 1 })
            {
                Q = Part(batch.Q, b),
                K = Part(batch.K, b),
                V = Part(batch.V, b),
                Dy = Part(batch.Dy, b),
            }.On(backend);
            AssertSame(alone.Y, Part(batch.Y, b), "y");
            AssertSame(alone.LogSumExp, Part(batch.LogSumExp, b), "logSumExp");
            AssertSame(alone.Dq, Part(batch.Dq, b), "dq");
            AssertSame(alone.Dk, Part(batch.Dk, b), "dk");
            AssertSame(alone.Dv, Part(batch.Dv, b), "dv");
        }
        float[] Part(float[] x, int b) => x[(x.Length / shape.Batch * b)..(x.Length / shape.Batch * (b + 1))];
    }

    [TestCase(4, 4, 16, 0)]
    [TestCase(4, 2, 20, 0)]
    [TestCase(8, 1, 32, 0)]
    [TestCase(4, 2, 12, 37)]
    [TestCase(2, 1, 64, 64)]
    public void One_query_against_a_cache_gives_the_row_of_the_full_pass(int heads, int groups, int size, int window)
    {
        const int time = 150, capacity = 200, batch = 2;
        using CpuBackend backend = new(2);
        AttentionShape shape = AttentionRun.Tight(batch, time, time, heads, groups, size, true, window) with { KeyBatchStride = capacity };
        AttentionRun full = new AttentionRun(shape).On(backend, backward: false);
        using AttentionRun.Arrays arrays = new(backend);
        int row = heads * size;
        View k = arrays.Add(full.K), v = arrays.Add(full.V), q = arrays.Add(new float[batch * row]);
        View y = arrays.Add(new float[batch * row]), logSumExp = arrays.Add(new float[batch * heads]);
        for (int t = 0; t < time; t++)
        {
            for (int b = 0; b < batch; b++)
            {
                full.Q.AsSpan(((b * time) + t) * row, row).CopyTo(q.Span[(b * row)..]);
            }
            backend.Attention(q, k, v, y, logSumExp, shape with { Queries = 1, Keys = t + 1 });
            for (int b = 0; b < batch; b++)
            {
                AssertSame(y.Span.Slice(b * row, row), full.Y.AsSpan(((b * time) + t) * row, row), $"y of row {t}");
                for (int h = 0; h < heads; h++)
                {
                    Assert.That(logSumExp.Span[(b * heads) + h], Is.EqualTo(full.LogSumExp[(((b * heads) + h) * time) + t]));
                }
            }
        }
    }

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(64)]
    public void Queries_in_pieces_give_the_rows_of_the_full_pass(int piece)
    {
        const int time = 100;
        using CpuBackend backend = new(3);
        AttentionShape shape = AttentionRun.Tight(1, time, time, 2, 1, 24, true) with { KeyBatchStride = 128 };
        AttentionRun full = new AttentionRun(shape).On(backend, backward: false);
        for (int t = 0; t < time; t += piece)
        {
            int end = Math.Min(t + piece, time);
            AttentionRun part = new AttentionRun(shape with { Queries = end - t, Keys = end }) { Q = full.Q[(t * 48)..(end * 48)], K = full.K, V = full.V }.On(backend, backward: false);
            AssertSame(part.Y, full.Y.AsSpan(t * 48, (end - t) * 48), $"y of rows from {t}");
        }
    }

    [Test]
    public void A_masked_key_contributes_nothing_whatever_its_size()
    {
        using CpuBackend backend = new(1);
        AttentionShape shape = AttentionRun.Tight(1, 90, 90, 2, 1, 16, true);
        AttentionRun plain = new AttentionRun(shape).On(backend, backward: false);
        float[] k = [.. plain.K], v = [.. plain.V];
        k.AsSpan(60 * 16).Fill(1e30f);
        v.AsSpan(60 * 16).Fill(-1e30f);
        AttentionRun large = new AttentionRun(shape) { K = k, V = v }.On(backend, backward: false);
        AssertSame(large.Y.AsSpan(0, 60 * 32), plain.Y.AsSpan(0, 60 * 32), "rows before the large keys");
    }

    [TestCase(1e4f)]
    [TestCase(-1e4f)]
    public void Extreme_scores_stay_finite_and_right(float score)
    {
        // One feature makes every score of a row nearly ±10⁴; the others tell the keys apart.
        using CpuBackend backend = new(1);
        AttentionShape shape = AttentionRun.Tight(1, 80, 80, 1, 1, 8, true) with { Scale = 1f };
        AttentionRun run = new(shape);
        for (int i = 0; i < run.Q.Length; i += 8)
        {
            (run.Q[i], run.K[i]) = (100f, score / 100f);
        }
        run.On(backend);
        AttentionTwin twin = run.Twin();

        // A float near 10⁴ has steps of 10⁻³: that much of a weight is unknown.
        Assert.That(AttentionRun.Error(run.Y, twin.Y), Is.LessThan(2e-3));
        Assert.That(AttentionRun.Error(run.LogSumExp, twin.LogSumExp), Is.LessThan(2e-7));
        Assert.That(AttentionRun.Error(run.Dq, twin.Dq), Is.LessThan(5e-3));
        Assert.That(AttentionRun.Error(run.Dk, twin.Dk), Is.LessThan(5e-3));
        Assert.That(AttentionRun.Error(run.Dv, twin.Dv), Is.LessThan(5e-3));
    }

    [Test]
    public void Scores_far_apart_choose_one_key_without_subnormal_numbers()
    {
        using CpuBackend backend = new(1);
        AttentionShape shape = AttentionRun.Tight(1, 70, 70, 1, 1, 16, true);
        AttentionRun run = new AttentionRun(shape, size: 60f).On(backend);
        Assert.That(AttentionRun.Error(run.Y, run.Twin().Y), Is.LessThan(2e-3));
        foreach (float[] x in new[] { run.Y, run.Dq, run.Dk, run.Dv })
        {
            Assert.That(x, Has.All.Matches<float>(value => value == 0f || float.IsNormal(value)));
        }
    }

    [Test]
    public void A_query_that_sees_no_key_gives_zeros_and_no_gradient()
    {
        using CpuBackend backend = new(1);
        AttentionRun none = new AttentionRun(AttentionRun.Tight(1, 3, 0, 2, 1, 4, false)).On(backend);
        Assert.That(none.Y, Has.All.EqualTo(0f));
        Assert.That(none.LogSumExp, Has.All.EqualTo(float.NegativeInfinity));
        Assert.That(none.Dq, Has.All.EqualTo(0f));

        AttentionRun early = new AttentionRun(AttentionRun.Tight(1, 5, 2, 2, 1, 4, true)).On(backend);
        Assert.That(early.Y.Take(3 * 8), Has.All.EqualTo(0f));
        Assert.That(early.Dq.Take(3 * 8), Has.All.EqualTo(0f));
        Assert.That(early.Dk, Has.All.Matches<float>(float.IsFinite));
        Assert.That(early.Y.Skip(3 * 8), Has.All.Not.EqualTo(0f));
    }

    [Test]
    public void A_number_that_is_not_one_reaches_the_output()
    {
        using CpuBackend backend = new(1);
        AttentionRun run = new(AttentionRun.Tight(1, 20, 20, 1, 1, 8, true));
        run.Q[(7 * 8) + 3] = float.NaN;
        run.On(backend);
        Assert.That(run.Y.Skip(7 * 8).Take(8), Has.All.NaN);
        Assert.That(run.Y.Take(7 * 8).Concat(run.Y.Skip(8 * 8)), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void A_warm_call_allocates_nothing()
    {
        using CpuBackend backend = new(2);
        AttentionShape shape = AttentionRun.Tight(2, 40, 40, 4, 2, 16, true);
        AttentionRun run = new(shape);
        using AttentionRun.Arrays arrays = new(backend);
        View q = arrays.Add(run.Q), k = arrays.Add(run.K), v = arrays.Add(run.V), dy = arrays.Add(run.Dy), y = arrays.Add(new float[run.Dy.Length]);
        View logSumExp = arrays.Add(new float[2 * 4 * 40]), dq = arrays.Add(new float[run.Q.Length]), dk = arrays.Add(new float[run.K.Length]), dv = arrays.Add(new float[run.V.Length]);
        void Call()
        {
            backend.Attention(q, k, v, y, logSumExp, shape);
            backend.AttentionBackward(q, k, v, y, logSumExp, dy, dq, dk, dv, shape);
        }
        Call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            Call();
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Gradients_that_nobody_wants_are_skipped()
    {
        using CpuBackend backend = new(1);
        AttentionRun run = new AttentionRun(AttentionRun.Tight(1, 20, 20, 2, 1, 8, true)).On(backend);
        using AttentionRun.Arrays arrays = new(backend);
        View dv = arrays.Add(new float[run.V.Length]);
        backend.AttentionBackward(arrays.Add(run.Q), arrays.Add(run.K), arrays.Add(run.V), arrays.Add(run.Y), arrays.Add(run.LogSumExp), arrays.Add(run.Dy), default, default, dv, run.Shape);
        AssertSame(dv.Span, run.Dv, "dv");
    }

    [Test]
    public void A_contradiction_in_the_sizes_is_named()
    {
        AttentionShape shape = AttentionRun.Tight(1, 4, 4, 4, 2, 8, true);
        AssertRefuses(shape with { KeyValueHeads = 3 }, "4 query heads cannot share 3 key heads");
        AssertRefuses(shape with { HeadSize = 0 }, "head size 0");
        AssertRefuses(shape with { QueryStride = 31 }, "query rows lie 31 floats apart");
        AssertRefuses(shape with { KeyBatchStride = 3 }, "3 key rows apart");
        AssertRefuses(shape with { Causal = false, Window = 2 }, "needs a causal mask");
        AssertRefuses(shape with { Batch = 2 }, "'q' holds 128 floats, but the sizes and strides reach 256");
        AssertRefuses(shape with { Keys = 5, KeyBatchStride = 5 }, "'k' holds 64 floats, but the sizes and strides reach 80");
    }

    private static void AssertRefuses(AttentionShape shape, string reason)
    {
        using CpuBackend backend = new(1);
        using AttentionRun.Arrays arrays = new(backend);
        View q = arrays.Add(new float[128]), k = arrays.Add(new float[64]), v = arrays.Add(new float[64]), y = arrays.Add(new float[128]), logSumExp = arrays.Add(new float[16]);
        Assert.That(() => backend.Attention(q, k, v, y, logSumExp, shape), Throws.ArgumentException.With.Message.Contains(reason));
        Assert.That(() => backend.AttentionBackward(q, k, v, y, logSumExp, y, q, k, v, shape), Throws.ArgumentException.With.Message.Contains(reason));
    }

    private static void AssertSameBits(AttentionRun a, AttentionRun b)
    {
        AssertSame(a.Y, b.Y, "y");
        AssertSame(a.LogSumExp, b.LogSumExp, "logSumExp");
        AssertSame(a.Dq, b.Dq, "dq");
        AssertSame(a.Dk, b.Dk, "dk");
        AssertSame(a.Dv, b.Dv, "dv");
    }

    private static void AssertSame(ReadOnlySpan<float> a, ReadOnlySpan<float> b, string what)
    {
        Assert.That(a.Length, Is.EqualTo(b.Length), what);
        Assert.That(MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b)), Is.True, what);
    }
}
