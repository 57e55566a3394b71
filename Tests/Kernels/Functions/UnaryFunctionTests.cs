using System.Runtime.Intrinsics;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels.Functions;

[TestFixture(typeof(Silu))]
[TestFixture(typeof(GeluTanh))]
[TestFixture(typeof(GeluErf))]
[TestFixture(typeof(Relu))]
[TestFixture(typeof(ReluSquared))]
[TestFixture(typeof(Tanh))]
[TestFixture(typeof(Sigmoid))]
public class UnaryFunctionTests<TFunction> where TFunction : struct, IUnaryFunction
{
    private static IEnumerable<float> Sweep()
    {
        for (int i = -40_000; i <= 40_000; i++)
        {
            yield return i * 5e-4f;
        }
    }

    [Test]
    public void Value_and_derivative_match_double_precision()
    {
        double worst = 0, worstSlope = 0;
        foreach (float x in Sweep())
        {
            worst = Math.Max(worst, Error(TFunction.Invoke(x), TFunction.Invoke64(x)));
            worstSlope = Math.Max(worstSlope, Error(TFunction.Derivative(x), TFunction.Derivative64(x)));
        }
        TestContext.Out.WriteLine($"{TFunction.Name}: {worst:e2}, derivative {worstSlope:e2}");
        Assert.That(worst, Is.LessThan(5e-7));
        Assert.That(worstSlope, Is.LessThan(5e-7));

        // Relative above 1, absolute below.
        static double Error(float value, double exact) => Math.Abs(value - exact) / Math.Max(1, Math.Abs(exact));
    }

    [Test]
    public void The_double_derivative_is_the_slope_of_the_double_value()
    {
        for (double x = -9.013; x < 9; x += 0.0371)
        {
            const double h = 1e-5;
            double slope = (TFunction.Invoke64(x + h) - TFunction.Invoke64(x - h)) / (2 * h);
            Assert.That(TFunction.Derivative64(x), Is.EqualTo(slope).Within(1e-8), $"at {x}");
        }
    }

    [Test]
    public void Has_the_same_bits_on_every_width()
    {
        float[] x = [.. Sweep().Where((_, i) => i % 5 == 0), 0f, -0f, 1e30f, -1e30f, float.Epsilon, float.MaxValue, float.MinValue, 100f, -100f,
            float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        Array.Resize(ref x, (x.Length + 15) / 16 * 16);
        for (int i = 0; i < x.Length; i += 16)
        {
            Vector512<float> wide = TFunction.Invoke(Vector512.Create(x, i)), wideSlope = TFunction.Derivative(Vector512.Create(x, i));
            for (int lane = 0; lane < 16; lane++)
            {
                Vector256<float> v = Vector256.Create(x, i + (lane & 8));
                Compare(TFunction.Invoke(x[i + lane]), TFunction.Invoke(v)[lane & 7], wide[lane], x[i + lane]);
                Compare(TFunction.Derivative(x[i + lane]), TFunction.Derivative(v)[lane & 7], wideSlope[lane], x[i + lane]);
            }
        }

        static void Compare(float scalar, float v256, float v512, float x)
        {
            if (!scalar.Equals(v256) || !scalar.Equals(v512) || (scalar == 0 && (float.IsNegative(scalar) != float.IsNegative(v256) || float.IsNegative(scalar) != float.IsNegative(v512))))
            {
                Assert.Fail($"{TFunction.Name} at {x:r}: scalar {scalar:r}, 256 bits {v256:r}, 512 bits {v512:r}");
            }
        }
    }

    [Test]
    public void Stays_finite_at_large_arguments_and_passes_NaN_on()
    {
        foreach (float x in (float[])[1e15f, -1e15f, 60f, -60f])
        {
            Assert.That(float.IsFinite(TFunction.Invoke(x)), Is.True, $"f({x})");
            Assert.That(TFunction.Derivative(x), Is.EqualTo((float)TFunction.Derivative64(Math.Clamp(x, -300, 300))).Within(1e-6).Or.GreaterThan(1e15f), $"f'({x})");
        }
        Assert.That(TFunction.Invoke(float.NaN), Is.NaN);
    }

    [Test]
    public void Has_a_name_and_a_formula()
    {
        Assert.That(TFunction.Name, Does.Match("^[a-z0-9_]+$"));
        Assert.That(TFunction.Formula, Is.Not.Empty);
    }
}
