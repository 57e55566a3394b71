using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>Fused attention against the textbook in double precision, over shapes, masks and strides.</summary>
public class AttentionKernelTests
{
    private static readonly int[] s_lengths = [1, 2, 3, 7, 16, 17, 33, 64, 65, 100, 130];
    private static readonly int[] s_sizes = [1, 4, 8, 12, 16, 20, 64, 80];
    private static readonly (int Heads, int Groups)[] s_heads = [(1, 1), (4, 4), (4, 2), (4, 1)];
    private static readonly (bool Causal, int Window)[] s_masks = [(true, 0), (false, 0), (true, 5), (true, 70)];

    private CpuBackend _backend = null!;

    [OneTimeSetUp]
    public void Start() => _backend = new CpuBackend(2);

    [OneTimeTearDown]
    public void Stop() => _backend.Dispose();

    [Test]
    public void Every_pair_of_lengths_matches_the_textbook([ValueSource(nameof(s_lengths))] int queries, [ValueSource(nameof(s_lengths))] int keys)
    {
        int i = (Array.IndexOf(s_lengths, queries) * 5) + (Array.IndexOf(s_lengths, keys) * 3);
        (int heads, int groups) = s_heads[i % s_heads.Length];
        foreach ((bool causal, int window) in s_masks)
        {
            AssertMatches(AttentionRun.Tight(2, queries, keys, heads, groups, s_sizes[i++ % s_sizes.Length], causal, window));
        }
    }

    [Test]
    public void Every_head_layout_matches_the_textbook([ValueSource(nameof(s_sizes))] int size, [Range(0, 3)] int layout, [Range(0, 3)] int mask)
    {
        (int heads, int groups) = s_heads[layout];
        (bool causal, int window) = s_masks[mask];
        AssertMatches(AttentionRun.Tight(2, 65, 65, heads, groups, size, causal, window));
        AssertMatches(AttentionRun.Tight(1, 9, 140, heads, groups, size, causal, window));
    }

    [TestCase(SimdWidth.Scalar)]
    [TestCase(SimdWidth.Vector256)]
    [TestCase(SimdWidth.Vector512)]
    public void Every_vector_width_matches_the_textbook(SimdWidth width)
    {
        using CpuBackend backend = new(1, width);
        AssertMatches(AttentionRun.Tight(1, 70, 70, 4, 2, 20, true), backend);
        AssertMatches(AttentionRun.Tight(1, 13, 67, 2, 1, 33, false), backend);
        AssertMatches(AttentionRun.Tight(1, 40, 40, 2, 2, 8, true, 9), backend);
    }

    [Test]
    public void A_sequence_of_a_thousand_matches_the_textbook()
    {
        AssertMatches(AttentionRun.Tight(1, 1000, 1000, 1, 1, 16, true));
    }

    [Test]
    public void Keys_and_values_inside_packed_rows_give_the_bits_of_separate_ones()
    {
        const int batch = 2, time = 70, heads = 4, groups = 2, size = 12, row = (heads + (2 * groups)) * size;
        AttentionShape shape = AttentionRun.Tight(batch, time, time, heads, groups, size, true);
        AttentionRun apart = new AttentionRun(shape).On(_backend);
        float[] packed = new float[batch * time * row];
        Interleave(packed, apart.Q, 0, heads * size, row);
        Interleave(packed, apart.K, heads * size, groups * size, row);
        Interleave(packed, apart.V, (heads + groups) * size, groups * size, row);

        using AttentionRun.Arrays arrays = new(_backend);
        View qkv = arrays.Add(packed), dqkv = arrays.Add(new float[packed.Length]), dy = arrays.Add(apart.Dy);
        View y = arrays.Add(new float[apart.Y.Length]), logSumExp = arrays.Add(new float[apart.LogSumExp.Length]);
        View K(View rows) => rows.Slice(heads * size);
        View V(View rows) => rows.Slice((heads + groups) * size);
        AttentionShape strided = shape with { QueryStride = row, KeyStride = row, ValueStride = row };
        _backend.Attention(qkv, K(qkv), V(qkv), y, logSumExp, strided);
        _backend.AttentionBackward(qkv, K(qkv), V(qkv), y, logSumExp, dy, dqkv, K(dqkv), V(dqkv), strided);

        float[] gradient = new float[packed.Length];
        Interleave(gradient, apart.Dq, 0, heads * size, row);
        Interleave(gradient, apart.Dk, heads * size, groups * size, row);
        Interleave(gradient, apart.Dv, (heads + groups) * size, groups * size, row);
        Assert.That(y.Span.ToArray(), Is.EqualTo(apart.Y));
        Assert.That(logSumExp.Span.ToArray(), Is.EqualTo(apart.LogSumExp));
        Assert.That(dqkv.Span.ToArray(), Is.EqualTo(gradient));
    }

    [Test]
    public void Different_strides_and_a_cache_with_room_match_the_textbook()
    {
        AttentionShape shape = AttentionRun.Tight(3, 20, 50, 4, 2, 12, true) with
        {
            QueryStride = 61,
            KeyStride = 40,
            ValueStride = 29,
            OutputStride = 53,
            KeyBatchStride = 64,
        };
        AssertMatches(shape);
    }

    [Test]
    public void Nothing_outside_the_rows_is_touched()
    {
        AttentionShape shape = AttentionRun.Tight(2, 7, 7, 2, 1, 12, true) with { QueryStride = 30, KeyStride = 17, ValueStride = 19, KeyBatchStride = 9 };
        AttentionRun run = new AttentionRun(shape).On(_backend, start: 7f);
        Assert.That(Enumerable.Range(0, run.Dq.Length).Where(i => i % 30 >= 24).All(i => run.Dq[i] == 7f));
        Assert.That(Enumerable.Range(0, run.Dk.Length).Where(i => i % 17 >= 12 || i / 17 % 9 >= 7).All(i => run.Dk[i] == 7f));
        Assert.That(Enumerable.Range(0, run.Dv.Length).Where(i => i % 19 >= 12 || i / 19 % 9 >= 7).All(i => run.Dv[i] == 7f));
    }

    [Test]
    public void The_backward_pass_adds_to_what_is_there()
    {
        AttentionShape shape = AttentionRun.Tight(2, 70, 70, 2, 1, 16, true);
        AttentionRun zero = new AttentionRun(shape).On(_backend), more = new AttentionRun(shape).On(_backend, start: 3f);
        foreach ((float[] a, float[] b) in new[] { (zero.Dq, more.Dq), (zero.Dk, more.Dk), (zero.Dv, more.Dv) })
        {
            Assert.That(AttentionRun.Error(b, [.. a.Select(x => x + 3.0)]), Is.LessThan(1e-6));
        }
    }

    [Test]
    public void The_twin_has_the_gradient_of_central_differences()
    {
        AttentionShape shape = AttentionRun.Tight(1, 4, 5, 4, 2, 3, true, 3);
        AttentionRun run = new(shape);
        double[][] inputs = [AttentionRun.Wide(run.Q), AttentionRun.Wide(run.K), AttentionRun.Wide(run.V)];
        double[] dy = AttentionRun.Wide(run.Dy);
        AttentionTwin Evaluate() => new(shape, inputs[0], inputs[1], inputs[2], dy);
        double Loss() => Evaluate().Y.Zip(dy, (a, b) => a * b).Sum();
        AttentionTwin twin = Evaluate();
        foreach ((double[] x, double[] dx) in inputs.Zip([twin.Dq, twin.Dk, twin.Dv]))
        {
            for (int i = 0; i < x.Length; i++)
            {
                double kept = x[i];
                x[i] = kept + 1e-5;
                double above = Loss();
                x[i] = kept - 1e-5;
                double below = Loss();
                x[i] = kept;
                Assert.That((above - below) / 2e-5, Is.EqualTo(dx[i]).Within(1e-8));
            }
        }
    }

    private void AssertMatches(AttentionShape shape, CpuBackend? backend = null)
    {
        AttentionRun run = new AttentionRun(shape).On(backend ?? _backend);
        AttentionTwin twin = run.Twin();

        // With one key the gradients of q and k are differences that vanish: what counts is the size of their terms.
        double smallest = shape.Keys == 1 ? 1 : 0.1;
        Assert.That(AttentionRun.Error(run.Y, twin.Y), Is.LessThan(2e-6), $"y of {shape}");
        Assert.That(AttentionRun.Error(run.LogSumExp, twin.LogSumExp, 1), Is.LessThan(2e-6), $"logSumExp of {shape}");
        Assert.That(AttentionRun.Error(run.Dq, twin.Dq, smallest), Is.LessThan(1e-5), $"dq of {shape}");
        Assert.That(AttentionRun.Error(run.Dk, twin.Dk, smallest), Is.LessThan(1e-5), $"dk of {shape}");
        Assert.That(AttentionRun.Error(run.Dv, twin.Dv, smallest), Is.LessThan(1e-5), $"dv of {shape}");
    }

    private static void Interleave(float[] packed, float[] part, int offset, int columns, int row)
    {
        for (int i = 0; i < part.Length; i++)
        {
            packed[(i / columns * row) + offset + (i % columns)] = part[i];
        }
    }
}
