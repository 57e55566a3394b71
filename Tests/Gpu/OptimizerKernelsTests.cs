using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class OptimizerKernelsTests
{
    private static readonly AdamWStep s_step = new(1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 3, 0.7f);
    private static readonly StorageFormat[] s_weights = [StorageFormat.Float32, StorageFormat.SplitFloat32];
    private static readonly StorageFormat[] s_gradients = [StorageFormat.Float32, StorageFormat.BFloat16, StorageFormat.Float16];
    private static readonly StorageFormat[] s_moments = [StorageFormat.Float32, StorageFormat.BFloat16];

    private static float[][] Arrays(int n) => [Random(n, 1), Random(n, 2), Random(n, 3, 0.1f), [.. Random(n, 4).Select(x => 0.01f * x * x)]];

    [Test]
    public void AdamW_has_the_bits_of_the_processor_in_every_combination_of_formats(
        [ValueSource(nameof(s_weights))] StorageFormat weight, [ValueSource(nameof(s_gradients))] StorageFormat gradient, [ValueSource(nameof(s_moments))] StorageFormat moment, [Values] bool onFours)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            v[2].Buffer.Rounding = new RandomStream(2, 77);
            b.AdamW(v[0], v[1], v[2], v[3], s_step);
            b.AdamW(v[0], v[1], v[2], v[3], s_step with { Step = 4 });
        };
        Matches(0, onFours ? OnFours(call) : call, [weight, gradient, moment, moment], Arrays(onFours ? 68 : 35));
    }

    [Test]
    public void A_factor_on_the_device_has_the_bits_of_the_same_number([Values] bool onFours)
    {
        float[][] arrays = [.. Arrays(onFours ? 68 : 35), [0.37f]];
        foreach (Action<Backend, View[]> call in new Action<Backend, View[]>[]
        {
            (b, v) => b.AdamW(v[0], v[1], v[2], v[3], s_step with { GradientScale = GradientScale.Of(v[4]) }),
            (b, v) => b.Sgd(v[0], v[1], v[2], 0.1f, 0.9f, 0.01f, true, GradientScale.Of(v[4])),
            (b, v) => b.Momentum(v[1], v[2], v[0], 0.9f, true, GradientScale.Of(v[4])),
        })
        {
            Matches(0, onFours ? OnFours(call) : call, [.. arrays.Select(_ => StorageFormat.Float32)], arrays);
        }
    }

    [Test]
    public void The_clip_factor_has_the_bits_of_the_processor()
    {
        foreach ((double maximum, double unit) in new (double, double)[] { (0, 1), (1, 1), (0.3, 1024), (100, 3), (1, 0.7) })
        {
            Matches(0, (b, v) => b.ClipFactor(v[0], v[1], maximum, unit), [StorageFormat.Float32, StorageFormat.Float32], [9.3f, 16.1f], [7f]);
        }
        foreach (float sum in new[] { float.NaN, float.PositiveInfinity, 0f }) { Matches(0, (b, v) => b.ClipFactor(v[0], v[1], 1, 2), [StorageFormat.Float32, StorageFormat.Float32], [sum], [7f]); }
    }

    [Test]
    public void Moments_that_fade_become_zero_and_a_NaN_gradient_reaches_weight_and_moments()
    {
        float[][] arrays = [Random(9), [float.NaN, .. new float[8]], [.. Enumerable.Repeat(-1.2e-38f, 9)], [.. Enumerable.Repeat(1.1755e-38f, 9)]];
        float[][] result = Run(GpuCheck.Gpu, (b, v) => b.AdamW(v[0], v[1], v[2], v[3], s_step), arrays);
        Assert.That(new[] { result[0][0], result[2][0], result[3][0] }, Is.All.NaN);
        Assert.That(result[2][1..], Is.All.Zero);
        Assert.That(result[3][1..], Is.All.Zero);
        Assert.That(result[0][1..], Has.None.NaN);
    }

    [Test]
    public void Sgd_has_the_bits_of_the_processor([ValueSource(nameof(s_weights))] StorageFormat weight, [ValueSource(nameof(s_moments))] StorageFormat moment, [Values] bool nesterov, [Values] bool onFours)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            v[2].Buffer.Rounding = new RandomStream(2, 77);
            b.Sgd(v[0], v[1], v[2], 0.1f, 0.9f, 0.01f, nesterov, 0.7f);
            b.Sgd(v[0], v[1], default, 0.1f, 0f, 0.01f, nesterov, 0.7f);
        };
        Matches(0, onFours ? OnFours(call) : call, [weight, StorageFormat.BFloat16, moment], Arrays(35)[..3]);
    }

    [Test]
    public void Momentum_has_the_bits_of_the_processor([ValueSource(nameof(s_gradients))] StorageFormat gradient, [ValueSource(nameof(s_moments))] StorageFormat moment, [Values] bool onFours)
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            v[1].Buffer.Rounding = new RandomStream(2, 77);
            b.Momentum(v[0], v[1], v[2], 0.9f, nesterov: onFours, 0.7f);
        };
        Matches(0, onFours ? OnFours(call) : call, [gradient, moment, StorageFormat.Float32], Arrays(35)[..3]);
    }

    [Test]
    public void What_the_processor_refuses_is_refused_in_the_same_words()
    {
        using var cpu = new CpuBackend(1);
        foreach ((StorageFormat w, StorageFormat g, StorageFormat m, StorageFormat v) in new[]
        {
            (StorageFormat.BFloat16, StorageFormat.Float32, StorageFormat.Float32, StorageFormat.Float32),
            (StorageFormat.Float32, StorageFormat.SplitFloat32, StorageFormat.Float32, StorageFormat.Float32),
            (StorageFormat.Float32, StorageFormat.Float32, StorageFormat.Float16, StorageFormat.Float16),
            (StorageFormat.Float32, StorageFormat.Float32, StorageFormat.BFloat16, StorageFormat.Float32),
        })
        {
            Action<Backend> call = backend =>
            {
                using TensorBuffer bw = backend.Allocate(4, w), bg = backend.Allocate(4, g), bm = backend.Allocate(4, m), bv = backend.Allocate(4, v);
                backend.AdamW(new View(bw, 0, 4), new View(bg, 0, 4), new View(bm, 0, 4), new View(bv, 0, 4), s_step);
            };
            string expected = Assert.Throws<ArgumentException>(() => call(cpu))!.Message;
            Assert.That(Assert.Throws<ArgumentException>(() => call(GpuCheck.Gpu))!.Message, Is.EqualTo(expected));
        }
        Assert.That(() => Run(GpuCheck.Gpu, (b, v) => b.Sgd(v[0], v[1], default, 0.1f, 0.9f, 0f, false, 1f), Arrays(4)), Throws.ArgumentException.With.Message.Contains("momentum"));
        Assert.That(() => Run(GpuCheck.Gpu, (b, v) => b.AdamW(v[0], v[1], v[2], v[3], s_step with { Step = 0 }), Arrays(4)), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
