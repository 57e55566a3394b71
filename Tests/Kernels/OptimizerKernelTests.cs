using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class OptimizerKernelTests
{
    private static readonly AdamWStep s_step = new(1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 1, 0.7f);

    private static float[][] Arrays(int n) => [Random(n, 1), Random(n, 2), Random(n, 3, 0.1f), [.. Random(n, 4).Select(x => 0.01f * x * x)]];

    private static Action<Backend, View[]> Adam(AdamWStep step) => (b, v) => b.AdamW(v[0], v[1], v[2], v[3], step);

    // The formula in double precision, with the decimals that were meant.
    private static float[][] Twin(float[][] arrays, AdamWStep s)
    {
        float[][] result = [.. arrays.Select(a => a.ToArray())];
        double beta1 = Math.Round((double)s.Beta1, 6), beta2 = Math.Round((double)s.Beta2, 6);
        for (int i = 0; i < arrays[0].Length; i++)
        {
            double g = (double)arrays[1][i] * s.GradientScale.Number, m = (beta1 * arrays[2][i]) + ((1 - beta1) * g), v = (beta2 * arrays[3][i]) + ((1 - beta2) * g * g);
            double mHat = m / (1 - Math.Pow(beta1, s.Step)), vHat = v / (1 - Math.Pow(beta2, s.Step));
            result[0][i] = (float)(arrays[0][i] - (s.LearningRate * ((mHat / (Math.Sqrt(vHat) + s.Epsilon)) + (s.WeightDecay * arrays[0][i]))));
            (result[2][i], result[3][i]) = ((float)m, (float)v);
        }
        return result;
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    public void AdamW_matches_double_precision_at_every_length(int step)
    {
        AdamWStep s = s_step with { Step = step };
        foreach (int n in (IEnumerable<int>)[.. Lengths, 40_001])
        {
            float[][] arrays = Arrays(n);
            Near(SameBits(Adam(s), n is 17 or 256 or 40_001, arrays), Twin(arrays, s), 1e-6);
        }
    }

    [Test]
    public void The_first_AdamW_step_from_zero_moves_each_weight_by_the_learning_rate()
    {
        float[][] result = Run(OneThread, Adam(s_step with { WeightDecay = 0f }), (float[])[1f, 1f, 1f], [3f, -0.2f, 1e-3f], new float[3], new float[3]);
        Assert.That(result[0], Is.EqualTo(new[] { 0.99f, 1.01f, 0.99f }).Within(1e-6f));
    }

    [Test]
    public void AdamW_leaves_the_gradient_and_moves_nothing_without_one()
    {
        float[][] result = Run(OneThread, Adam(s_step with { WeightDecay = 0f }), (float[])[1f, -2f], new float[2], new float[2], new float[2]);
        Assert.That(result[0], Is.EqualTo(new[] { 1f, -2f }));
        Assert.That(Run(OneThread, Adam(s_step), Arrays(100))[1], Is.EqualTo(Arrays(100)[1]));
    }

    [Test]
    public void Moments_that_fade_become_zero_not_subnormal()
    {
        float[][] result = SameBits(Adam(s_step), true, Random(32), new float[32], Enumerable.Repeat(-1.2e-38f, 32).ToArray(), Enumerable.Repeat(1.1755e-38f, 32).ToArray());
        Assert.That(result[2], Is.All.Zero);
        Assert.That(result[3], Is.All.Zero);
        Assert.That(result[0], Has.None.NaN);
    }

    [Test]
    public void A_NaN_gradient_reaches_weight_and_moments()
    {
        float[][] result = SameBits(Adam(s_step), true, (float[])[1f, 1f], [float.NaN, 1f], new float[2], new float[2]);
        Assert.That(new[] { result[0][0], result[2][0], result[3][0] }, Is.All.NaN);
        Assert.That(result[0][1], Is.Not.NaN);
    }

    [Test]
    public void A_factor_on_the_device_has_the_bits_of_the_same_number()
    {
        const float Factor = 0.37f;
        float[][] arrays = [.. Arrays(50), [Factor]];
        Same((b, v) => b.AdamW(v[0], v[1], v[2], v[3], s_step with { GradientScale = Factor }), (b, v) => b.AdamW(v[0], v[1], v[2], v[3], s_step with { GradientScale = GradientScale.Of(v[4]) }));
        Same((b, v) => b.Sgd(v[0], v[1], v[2], 0.1f, 0.9f, 0.01f, true, Factor), (b, v) => b.Sgd(v[0], v[1], v[2], 0.1f, 0.9f, 0.01f, true, GradientScale.Of(v[4])));
        Same((b, v) => b.Momentum(v[1], v[2], v[0], 0.9f, true, Factor), (b, v) => b.Momentum(v[1], v[2], v[0], 0.9f, true, GradientScale.Of(v[4])));

        void Same(Action<Backend, View[]> number, Action<Backend, View[]> device) => Assert.That(Run(OneThread, device, arrays), Is.EqualTo(Run(OneThread, number, arrays)));
    }

    [TestCase(0.0, 1.0, ExpectedResult = 1f)]
    [TestCase(5.0, 1.0, ExpectedResult = 1f)]
    [TestCase(1.0, 1.0, ExpectedResult = (float)(1 / (5 + 1e-6)))]
    [TestCase(1.0, 2.0, ExpectedResult = (float)(1 / (2.5 + 1e-6) / 2))]
    [TestCase(3.0, 2.0, ExpectedResult = 0.5f)]
    public float The_clip_factor_is_that_of_the_norm_in_units(double maximum, double unit) =>
        Run(OneThread, (b, v) => b.ClipFactor(v[0], v[1], maximum, unit), (float[])[9f, 16f], [7f])[1][0];

    [Test]
    public void Sgd_matches_the_textbook_loop_at_every_length([Values] bool nesterov, [Values(0f, 0.9f)] float momentum)
    {
        Action<Backend, View[]> call = (b, v) => b.Sgd(v[0], v[1], v[2], 0.1f, momentum, 0.01f, nesterov, 0.7f);
        foreach (int n in (IEnumerable<int>)[.. Lengths, 40_001])
        {
            Matches(1e-6, call, n is 17 or 256 or 40_001, Random(n, 1), Random(n, 2), Random(n, 3));
        }
        AllocatesNothing(call, Random(40_000, 1), Random(40_000, 2), Random(40_000, 3));
    }

    [Test]
    public void Sgd_without_momentum_needs_no_buffer_for_it()
    {
        float[] with = Run(OneThread, (b, v) => b.Sgd(v[0], v[1], v[2], 0.1f, 0f, 0.01f, false, 1f), Random(50, 1), Random(50, 2), new float[50])[0];
        Assert.That(Run(OneThread, (b, v) => b.Sgd(v[0], v[1], default, 0.1f, 0f, 0.01f, false, 1f), Random(50, 1), Random(50, 2))[0], Is.EqualTo(with));
        Assert.That(() => Run(OneThread, (b, v) => b.Sgd(v[0], v[1], default, 0.1f, 0.9f, 0f, false, 1f), Random(50, 1), Random(50, 2)), Throws.ArgumentException.With.Message.Contains("momentum"));
    }

    [Test]
    public void Step_zero_is_refused_and_a_call_allocates_nothing()
    {
        Assert.That(() => Run(OneThread, Adam(s_step with { Step = 0 }), Arrays(4)), Throws.TypeOf<ArgumentOutOfRangeException>());
        AllocatesNothing(Adam(s_step), Arrays(40_000));
    }
}
