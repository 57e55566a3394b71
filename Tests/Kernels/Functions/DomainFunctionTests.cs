using System.Runtime.Intrinsics;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels.Functions;

/// <summary>Functions that are not finite everywhere: the same promises on the numbers where they are, and the right infinities elsewhere.</summary>
[TestFixture(typeof(Exp), -80f, 80f)]
[TestFixture(typeof(Log), 1e-30f, 1e6f)]
[TestFixture(typeof(Sqrt), 1e-30f, 1e6f)]
[TestFixture(typeof(Reciprocal), 1e-6f, 1e6f)]
[TestFixture(typeof(Reciprocal), -1e6f, -1e-6f)]
[TestFixture(typeof(Square), -1e6f, 1e6f)]
[TestFixture(typeof(Abs), -1e6f, 1e6f)]
public class DomainFunctionTests<TFunction>(float low, float high) where TFunction : struct, IUnaryFunction
{
    /// <summary>Evenly by value, and by magnitude, so that small numbers are there too.</summary>
    private IEnumerable<float> Sweep()
    {
        for (int i = 0; i <= 20_000; i++)
        {
            float share = i / 20_000f, size = MathF.Pow(10, -7 + (14 * share));
            yield return low + (share * (high - low));
            if (size >= low && size <= high) { yield return size; }
            if (-size >= low && -size <= high) { yield return -size; }
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
        Assert.That(worst, Is.LessThan(3e-7));
        Assert.That(worstSlope, Is.LessThan(3e-7));

        static double Error(float value, double exact) => Math.Abs(value - exact) / Math.Max(1e-6, Math.Abs(exact));
    }

    [Test]
    public void The_double_derivative_is_the_slope_of_the_double_value()
    {
        foreach (float x in Sweep().Where((x, i) => i % 97 == 0 && Math.Abs(x) > 1e-4))
        {
            double h = 1e-5 * (TFunction.Name == "exp" ? 1 : Math.Abs((double)x)), slope = (TFunction.Invoke64(x + h) - TFunction.Invoke64(x - h)) / (2 * h);
            Assert.That(TFunction.Derivative64(x), Is.EqualTo(slope).Within(1e-5 * Math.Max(1e-6, Math.Abs(slope))), $"at {x}");
        }
    }

    [Test]
    public void Has_the_same_bits_on_every_width()
    {
        float[] x = [.. Sweep().Where((_, i) => i % 5 == 0), 0f, -0f, 1e30f, -1e30f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 89f, -89f,
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
            bool isSame = scalar.Equals(v256) && scalar.Equals(v512) && (scalar != 0 || (float.IsNegative(scalar) == float.IsNegative(v256) && float.IsNegative(scalar) == float.IsNegative(v512)));
            if (!isSame) { Assert.Fail($"{TFunction.Name} at {x:r}: scalar {scalar:r}, 256 bits {v256:r}, 512 bits {v512:r}"); }
        }
    }

    [Test]
    public void NaN_stays_NaN_and_the_edges_are_those_of_double_precision()
    {
        Assert.That(TFunction.Invoke(float.NaN), Is.NaN);
        Assert.That(TFunction.Derivative(float.NaN), Is.NaN);
        foreach (float x in (float[])[0f, -0f, float.PositiveInfinity, float.NegativeInfinity, -3f])
        {
            Assert.That((double)TFunction.Invoke(x), Is.EqualTo(TFunction.Invoke64(x)).Within(1e-6), $"f({x})");
            Assert.That((double)TFunction.Derivative(x), Is.EqualTo(TFunction.Derivative64(x)).Within(1e-6), $"f'({x})");
        }
    }

    [Test]
    public void Has_a_name_and_a_formula()
    {
        Assert.That(TFunction.Name, Does.Match("^[a-z0-9_]+$"));
        Assert.That(TFunction.Formula, Is.Not.Empty);
    }
}
