using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

public class MatMulTests
{
    private static readonly int[] s_sizes = [0, 1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 33, 64, 65, 100, 255, 257];

    // One chain of fused multiply-adds for each element, k ascending.
    private static float[] Reference(MatMulLayout layout, float[] a, float[] b, float[] c, int m, int n, int k, bool accumulate, float[]? bias)
    {
        var result = new float[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? c[i * n + j] : bias?[j] ?? 0f;
                for (int p = 0; p < k; p++)
                {
                    float left = layout == MatMulLayout.TN ? a[p * m + i] : a[i * k + p];
                    float right = layout == MatMulLayout.NT ? b[j * k + p] : b[p * n + j];
                    sum = MathF.FusedMultiplyAdd(left, right, sum);
                }
                result[i * n + j] = sum;
            }
        }
        return result;
    }

    private static float[] Random(int length, int seed)
    {
        var random = new Random(seed);
        var x = new float[length];
        foreach (ref float value in x.AsSpan())
        {
            value = (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(-3, 4));
        }
        return x;
    }

    private static View Put(Backend backend, float[] values, int offset)
    {
        var view = new View(backend.Allocate(values.Length + offset + 1), offset, values.Length);
        backend.Write(values, view);
        return view;
    }

    private static void Check(Backend[] backends, MatMulLayout layout, int m, int n, int k, int start)
    {
        int seed = m * 31 + n * 7 + k;
        float[] a = Random(m * k, seed), b = Random(k * n, seed + 1), c = Random(m * n, seed + 2), bias = Random(n, seed + 3);
        bool accumulate = start == 1;
        float[] expected = Reference(layout, a, b, c, m, n, k, accumulate, start == 2 ? bias : null);
        foreach (CpuBackend backend in backends)
        {
            // An offset of one float: no alignment to rely on.
            View va = Put(backend, a, 1), vb = Put(backend, b, 3), vc = Put(backend, c, 1), vbias = Put(backend, bias, 2);
            backend.MatMul(layout, va, vb, vc, m, n, k, accumulate, start == 2 ? vbias : default);
            ReadOnlySpan<float> actual = vc.Span;
            for (int i = 0; i < expected.Length; i++)
            {
                if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
                {
                    Assert.Fail($"{layout} {m}×{n}×{k} start {start}, {backend.Width}, {backend.Threads} threads: c[{i / n},{i % n}] = {actual[i]:R}, expected {expected[i]:R}");
                }
            }
            foreach (View view in new[] { va, vb, vc, vbias })
            {
                view.Buffer.Dispose();
            }
        }
    }

    private static Backend[] Backends() =>
        [.. from width in Enum.GetValues<SimdWidth>() from threads in new[] { 1, 2, 3, 7 } select new CpuBackend(threads, width)];

    [Test]
    public void Every_element_is_one_chain_of_fused_multiply_adds_in_any_size([Values] MatMulLayout layout)
    {
        Backend[] backends = [new CpuBackend(1, SimdWidth.Scalar), new CpuBackend(1, SimdWidth.Vector256), new CpuBackend(2, SimdWidth.Vector256), new CpuBackend(1, SimdWidth.Vector512)];
        var random = new Random(1);
        for (int round = 0; round < 150; round++)
        {
            // Each size meets many others; the large ones stay rare enough to be quick.
            int m = s_sizes[round % s_sizes.Length], n = s_sizes[random.Next(s_sizes.Length)], k = s_sizes[random.Next(s_sizes.Length)];
            if ((long)m * n * k < 3_000_000)
            {
                Check(backends, layout, m, n, k, start: round % 3);
            }
        }
        Array.ForEach(backends, backend => backend.Dispose());
    }

    [Test]
    public void The_bits_are_the_same_for_every_width_and_thread_count([Values] MatMulLayout layout, [Values(0, 1, 2)] int start)
    {
        Backend[] backends = Backends();
        foreach ((int m, int n, int k) in new[] { (100, 65, 257), (65, 257, 100), (1, 255, 1000), (1, 1030, 67), (8, 700, 33), (257, 33, 800), (200, 150, 600), (150, 201, 601), (33, 255, 801), (2, 16, 0), (3, 1, 5) })
        {
            Check(backends, layout, m, n, k, start);
        }
        Array.ForEach(backends, backend => backend.Dispose());
    }

    [Test]
    public void Operands_beyond_the_packing_memory_take_several_passes([Values] MatMulLayout layout)
    {
        using var backend = new CpuBackend(2, SimdWidth.Vector256);
        Check([backend], layout, 2800, 2790, 9, start: 1);
        Check([backend], layout, 70, 60, 40_000, start: 2);
        Check([backend], layout, 60, 70, 40_001, start: 0);
    }

    [Test]
    public void A_row_alone_has_the_bits_it_has_in_a_batch()
    {
        using var backend = new CpuBackend(2);
        const int M = 40, N = 333, K = 515;
        View x = Put(backend, Random(M * K, 1), 0), w = Put(backend, Random(N * K, 2), 0), bias = Put(backend, Random(N, 3), 0);
        View batch = new(backend.Allocate(M * N), 0, M * N), alone = new(backend.Allocate(N), 0, N);
        backend.MatMul(MatMulLayout.NT, x, w, batch, M, N, K, bias: bias);
        for (int row = 0; row < M; row++)
        {
            backend.MatMul(MatMulLayout.NT, x.Slice(row * K, K), w, alone, 1, N, K, bias: bias);
            Assert.That(alone.Span.SequenceEqual(batch.Span.Slice(row * N, N)), $"row {row}");
        }
    }

    [TestCase(256, 96, 64)]
    [TestCase(64, 256, 96)]
    [TestCase(1, 512, 512)]
    public void A_warm_product_allocates_nothing(int m, int n, int k)
    {
        using var backend = new CpuBackend(2);
        foreach (MatMulLayout layout in Enum.GetValues<MatMulLayout>())
        {
            View a = Put(backend, Random(m * k, 1), 0), b = Put(backend, Random(k * n, 2), 0), c = Put(backend, Random(m * n, 3), 0);
            backend.MatMul(layout, a, b, c, m, n, k);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < 20; round++)
            {
                backend.MatMul(layout, a, b, c, m, n, k);
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    [Test]
    public void A_view_of_another_length_is_refused_by_name()
    {
        using var backend = new CpuBackend(1);
        View six = new(backend.Allocate(6), 0, 6), eight = new(backend.Allocate(8), 0, 8), twelve = new(backend.Allocate(12), 0, 12);
        Assert.That(() => backend.MatMul(MatMulLayout.NN, six, twelve, twelve.Slice(0, 8), 2, 4, 3), Throws.ArgumentException.With.Message.Contains("share memory"));
        Assert.That(() => backend.MatMul(MatMulLayout.NN, six, twelve, six, 2, 4, 3), Throws.ArgumentException.With.Message.Contains("'c' holds 6 floats, but the sizes ask for 8"));
        Assert.That(() => backend.MatMul(MatMulLayout.NN, six, six, eight, 2, 4, 3), Throws.ArgumentException.With.Message.Contains("'b' holds 6 floats, but the sizes ask for 12"));
        Assert.That(() => backend.MatMul(MatMulLayout.NN, six, twelve, eight, 2, 4, 3, bias: six), Throws.ArgumentException.With.Message.Contains("'bias'"));
        Assert.That(() => backend.MatMul(MatMulLayout.NN, six, twelve, eight, -2, 4, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
