using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Kernels;

/// <summary>Buffers that keep bfloat16, float16 or split floats, against the same operation in float32.</summary>
public class StoredNumbersTests
{
    private static readonly StorageFormat[] s_halves = [StorageFormat.BFloat16, StorageFormat.Float16];
    private static readonly SimdWidth[] s_widths = [SimdWidth.Scalar, SimdWidth.Vector256, SimdWidth.Vector512];

    [Test]
    public void A_split_number_is_exact_and_its_first_half_is_the_nearest_bfloat16()
    {
        using CpuBackend backend = new(2);
        float[] x = [.. Draw(1001, 1e3f), 0f, -0f, 1e-40f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1.00390625f, -1.00390625f];
        using TensorBuffer buffer = backend.Allocate(x.Length + 7, StorageFormat.SplitFloat32);
        View view = new(buffer, 7, x.Length);
        backend.Write(x, view);
        Assert.That(Read(backend, view).Select(BitConverter.SingleToInt32Bits), Is.EqualTo(x.Select(BitConverter.SingleToInt32Bits)));
        float[] seen = Seen(backend, view);
        for (int i = 0; i < 1001; i++) { Assert.That(Math.Abs(seen[i] - x[i]), Is.LessThanOrEqualTo(Math.Abs(x[i]) / 256), $"{x[i]:R}"); }
        Assert.That(seen[^2], Is.EqualTo(1.0078125f), "a tie moves away from 0");
        Assert.That(seen[^1], Is.EqualTo(-1.0078125f));
    }

    [TestCaseSource(nameof(s_halves))]
    public void Sums_in_16_bits_are_right_on_average_where_rounding_to_nearest_would_stand_still(StorageFormat format)
    {
        using CpuBackend backend = new(1);
        const int Rows = 4096, Steps = 200;
        using TensorBuffer table = backend.Allocate(Rows, format), dy = backend.Allocate(Rows), ids = backend.Allocate(Rows);
        (View sums, View terms, View tokens) = (new(table, 0, Rows), new(dy, 0, Rows), new(ids, 0, Rows));
        float term = format == StorageFormat.BFloat16 ? 1f / 1024 : 1f / 8192;     // a quarter of the last bit of 1
        backend.Write([.. Enumerable.Repeat(1f, Rows)], sums);
        backend.Fill(terms, term);
        backend.WriteTokens([.. Enumerable.Range(0, Rows)], tokens);
        for (int step = 0; step < Steps; step++)
        {
            table.Rounding = new RandomStream(7, (ulong)step << 20);
            backend.EmbeddingBackward(tokens, terms, sums, Rows, 1);
        }
        double mean = Read(backend, sums).Average(x => (double)x), expected = 1 + (Steps * term);
        Assert.That(mean, Is.EqualTo(expected).Within(0.02 * Steps * term));
    }

    [Test]
    public void Float16_below_its_normal_numbers_is_right_on_average_too()
    {
        using CpuBackend backend = new(1);
        const int N = 65536;
        using TensorBuffer y = backend.Allocate(N, StorageFormat.Float16), x = backend.Allocate(N), ids = backend.Allocate(N);
        backend.Write([.. Enumerable.Range(0, N).Select(i => (i % 2 == 0 ? 1 : -1) * 2.3f * MathF.Pow(2, -24))], new View(x, 0, N));
        backend.WriteTokens([.. Enumerable.Range(0, N)], new View(ids, 0, N));
        y.Rounding = new RandomStream(3, 3);
        backend.EmbeddingBackward(new View(ids, 0, N), new View(x, 0, N), new View(y, 0, N), N, 1);
        float[] stored = Read(backend, new View(y, 0, N));
        Assert.That(stored.Select(value => MathF.Abs(value) * MathF.Pow(2, 24)).Distinct().Order(), Is.EqualTo(new[] { 2f, 3f }));
        Assert.That(stored.Average(value => Math.Abs((double)value)) * Math.Pow(2, 24), Is.EqualTo(2.3).Within(0.01));
    }

    [Test]
    public void Products_with_weights_or_gradients_in_16_bits_are_those_of_the_rounded_numbers(
        [Values(MatMulLayout.NT, MatMulLayout.NN, MatMulLayout.TN)] MatMulLayout layout, [Values] bool accumulate, [Values(3, 130)] int m)
    {
        const int N = 70, K = 50;
        using CpuBackend backend = new(2);
        float[] a = Draw(m * K, 1), b = Draw(K * N, 1), c = [.. Draw(m * N, 1).Select(Nearest)], bias = Draw(N, 1);
        using TensorBuffer stored = backend.Allocate(b.Length, StorageFormat.SplitFloat32), result = backend.Allocate(c.Length, StorageFormat.BFloat16);
        (View split, View gradient) = (new(stored, 0, b.Length), new(result, 0, c.Length));
        View Plain(float[] values)
        {
            View view = new(backend.Allocate(values.Length), 0, values.Length);
            backend.Write(values, view);
            return view;
        }
        backend.Write(b, split);
        backend.Write(c, gradient);
        View va = Plain(a), vb = Plain(Seen(backend, split)), exact = Plain(c), actual = Plain(c), vbias = accumulate ? default : Plain(bias);
        backend.MatMul(layout, va, vb, exact, m, N, K, accumulate, vbias);
        backend.MatMul(layout, va, split, actual, m, N, K, accumulate, vbias);
        Assert.That(actual.Span.ToArray(), Is.EqualTo(exact.Span.ToArray()), "weights");
        backend.MatMul(layout, va, vb, gradient, m, N, K, accumulate, vbias);
        float[] rounded = Read(backend, gradient);
        for (int i = 0; i < rounded.Length; i++) { Assert.That(Math.Abs(rounded[i] - exact.Span[i]), Is.LessThanOrEqualTo(Math.Abs(exact.Span[i]) / 128 + 1e-6)); }
        foreach (View view in new[] { va, vb, exact, actual }) { view.Buffer.Dispose(); }
        if (!accumulate) { vbias.Buffer.Dispose(); }
    }

    [Test]
    public void Large_products_go_panel_by_panel([Values(MatMulLayout.NT, MatMulLayout.NN)] MatMulLayout layout)
    {
        (int m, int n, int k) = layout == MatMulLayout.NT ? (20, 3000, 600) : (20, 600, 3000);
        using CpuBackend backend = new(2);
        using TensorBuffer stored = backend.Allocate(n * k, StorageFormat.SplitFloat32), a = backend.Allocate(m * k), b = backend.Allocate(n * k), c = backend.Allocate(2 * m * n);
        (View va, View vb, View exact, View actual) = (new(a, 0, m * k), new(b, 0, n * k), new(c, 0, m * n), new(c, m * n, m * n));
        backend.Write(Draw(n * k, 1), new View(stored, 0, n * k));
        backend.Write(Seen(backend, new View(stored, 0, n * k)), vb);
        backend.Write(Draw(m * k, 1), va);
        backend.MatMul(layout, va, vb, exact, m, n, k);
        backend.MatMul(layout, va, new View(stored, 0, n * k), actual, m, n, k);
        Assert.That(actual.Span.SequenceEqual(exact.Span));
    }

    [Test]
    public void A_large_gradient_goes_panel_by_panel_with_the_same_bits_on_any_number_of_threads_and_any_width()
    {
        const int M = 4000, N = 500, K = 5;
        float[] a = Draw(K * M, 1), b = Draw(K * N, 1);
        float[]? first = null;
        foreach ((int threads, SimdWidth width) in new[] { (1, SimdWidth.Vector256), (3, SimdWidth.Vector256), (2, SimdWidth.Vector512), (2, SimdWidth.Scalar) })
        {
            using CpuBackend backend = new(threads, width);
            using TensorBuffer va = backend.Allocate(a.Length), vb = backend.Allocate(b.Length), c = backend.Allocate(M * N, StorageFormat.BFloat16);
            c.Rounding = new RandomStream(1, 2);
            backend.Write(a, new View(va, 0, a.Length));
            backend.Write(b, new View(vb, 0, b.Length));
            backend.MatMul(MatMulLayout.TN, new View(va, 0, a.Length), new View(vb, 0, b.Length), new View(c, 0, M * N), M, N, K, accumulate: true);
            float[] bits = Read(backend, new View(c, 0, M * N));
            first ??= bits;
            Assert.That(bits.AsSpan().SequenceEqual(first), $"{threads} threads, {width}");
            for (int i = 0; i < M; i += 397)
            {
                double exact = Enumerable.Range(0, K).Sum(k => (double)a[(k * M) + i] * b[(k * N) + 3]);
                Assert.That(bits[(i * N) + 3], Is.EqualTo(exact).Within((Math.Abs(exact) / 128) + 1e-6));
            }
        }
    }

    [TestCaseSource(nameof(s_halves))]
    public void The_sum_of_squares_is_that_of_the_stored_numbers_on_every_width(StorageFormat format)
    {
        foreach (int n in new[] { 1, 7, 31, 4099, 40_000 })
        {
            float? expected = null;
            foreach (SimdWidth width in s_widths)
            {
                using CpuBackend backend = new(2, width);
                using TensorBuffer x = backend.Allocate(n + 3, format), sum = backend.Allocate(2), wide = backend.Allocate(n);
                backend.Write(Draw(n, 1), new View(x, 3, n));
                backend.Write(Read(backend, new View(x, 3, n)), new View(wide, 0, n));
                backend.SumOfSquares(new View(x, 3, n), new View(sum, 0, 1));
                backend.SumOfSquares(new View(wide, 0, n), new View(sum, 1, 1));
                Assert.That(sum.Span[0], Is.EqualTo(sum.Span[1]), $"{n} {width}");
                expected ??= sum.Span[0];
                Assert.That(sum.Span[0], Is.EqualTo(expected));
            }
        }
    }

    [Test]
    public void Filling_copying_looking_up_and_adding_rows_know_the_formats()
    {
        using CpuBackend backend = new(1);
        using TensorBuffer split = backend.Allocate(40, StorageFormat.SplitFloat32), copy = backend.Allocate(40, StorageFormat.SplitFloat32), y = backend.Allocate(12), ids = backend.Allocate(3), gradient = backend.Allocate(6, StorageFormat.BFloat16);
        float[] x = Draw(40, 1);
        backend.Write(x, new View(split, 0, 40));
        backend.Copy(new View(split, 0, 40), new View(copy, 0, 40));
        Assert.That(Read(backend, new View(copy, 0, 40)), Is.EqualTo(x));
        backend.Fill(new View(copy, 8, 5), 0.1f);
        Assert.That(Read(backend, new View(copy, 7, 7)), Is.EqualTo(new[] { x[7], 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, x[13] }));
        backend.WriteTokens([3, 0, 9], new View(ids, 0, 3));
        backend.Embedding(new View(ids, 0, 3), new View(split, 0, 40), new View(y, 0, 12), 3, 4);
        float[] seen = Seen(backend, new View(split, 0, 40));
        Assert.That(y.Span.ToArray(), Is.EqualTo((float[])[.. seen[12..16], .. seen[..4], .. seen[36..40]]));
        backend.Fill(new View(y, 0, 12), 1f);
        backend.AddRows(new View(y, 0, 12), new View(split, 0, 6), new View(y, 0, 12), 4, 3, 2);
        Assert.That(y.Span.ToArray(), Is.EqualTo((float[])[.. seen[..6].Select(b => 1 + b), .. seen[..6].Select(b => 1 + b)]));
        backend.AddRowsBackward(new View(y, 0, 12), new View(gradient, 0, 6), 4, 3, 2);
        Assert.That(Read(backend, new View(gradient, 0, 6)), Is.EqualTo(seen[..6].Select(b => 2 + (2 * b))).Within(1.0 / 64));
        backend.Scale(new View(y, 0, 6), new View(gradient, 0, 6), 3f);
        backend.Accumulate(new View(y, 0, 6), new View(gradient, 0, 6), -1f);
        Assert.That(Read(backend, new View(gradient, 0, 6)), Is.EqualTo(y.Span[..6].ToArray().Select(x => 2 * x)).Within(1.0 / 16));
    }

    [Test]
    public void A_kernel_that_does_not_know_a_format_refuses_it()
    {
        using CpuBackend backend = new(1);
        using TensorBuffer half = backend.Allocate(4, StorageFormat.BFloat16), y = backend.Allocate(4);
        Assert.That(() => backend.Scale(new View(half, 0, 4), new View(y, 0, 4), 2), Throws.ArgumentException.With.Message.Contains("BFloat16"));
        Assert.That(() => half.Span.Length, Throws.TypeOf<NotSupportedException>());
        Assert.That(() => backend.Copy(new View(y, 0, 4), new View(half, 0, 4)), Throws.ArgumentException.With.Message.Contains("'x' is kept in Float32"));
        Assert.That(() => backend.AdamW(new View(half, 0, 4), new View(y, 0, 4), new View(y, 0, 4), new View(y, 0, 4), new AdamWStep(1, 0, 0, 1, 0, 1, 1)), Throws.ArgumentException.With.Message.Contains("weights in BFloat16"));
        Assert.That((half.Bytes, y.Bytes), Is.EqualTo((8L, 16L)));
    }

    internal static float[] Draw(int count, float size) => [.. Enumerable.Range(0, count).Select(i => size * ((2 * CounterRandom.Uniform(new RandomStream(4, (ulong)count), (ulong)i)) - 1))];

    internal static float[] Read(Backend backend, View view)
    {
        float[] values = new float[view.Length];
        backend.Read(view, values);
        return values;
    }

    private static float Nearest(float x) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(x) + 0x8000) & 0xFFFF0000);

    /// <summary>What a computation reads of split numbers.</summary>
    private static float[] Seen(Backend backend, View view)
    {
        using TensorBuffer ids = backend.Allocate(view.Length), y = backend.Allocate(view.Length);
        backend.WriteTokens([.. Enumerable.Range(0, view.Length)], new View(ids, 0, view.Length));
        backend.Embedding(new View(ids, 0, view.Length), view, new View(y, 0, view.Length), view.Length, 1);
        return y.Span.ToArray();
    }
}
