using System.Runtime.Intrinsics;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels.Simd;

/// <summary>Each function against double precision in dense sweeps, at special values, and bit by bit across the widths.</summary>
public class VectorMathTests
{
    public sealed record Function(
        string Name, Func<float, float> Scalar, Func<Vector256<float>, Vector256<float>> V256, Func<Vector512<float>, Vector512<float>> V512,
        Func<double, double> Exact, float First, float Last, double Tolerance, bool IsAbsolute = false)
    {
        public override string ToString() => Name;
    }

    private static readonly Function[] s_functions =
    [
        new("exp", VectorMath.Exp, VectorMath.Exp, VectorMath.Exp, Math.Exp, -87.29f, 88.72f, 2e-7),
        new("exp near 0", VectorMath.Exp, VectorMath.Exp, VectorMath.Exp, Math.Exp, -1f, 1f, 2e-7),
        new("log", VectorMath.Log, VectorMath.Log, VectorMath.Log, Math.Log, 1e-3f, 100f, 2e-7),
        new("log near 1", VectorMath.Log, VectorMath.Log, VectorMath.Log, Math.Log, 0.5f, 2f, 2e-7),
        new("tanh", VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh, Math.Tanh, -12f, 12f, 4e-7),
        new("tanh near 0", VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh, Math.Tanh, -0.01f, 0.01f, 4e-7),
        new("sigmoid", VectorMath.Sigmoid, VectorMath.Sigmoid, VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -87.2f, 40f, 3e-7),
        new("sin", VectorMath.Sin, VectorMath.Sin, VectorMath.Sin, Math.Sin, -100f, 100f, 1.2e-7, true),
        new("sin near 0", VectorMath.Sin, VectorMath.Sin, VectorMath.Sin, Math.Sin, -0.7f, 0.7f, 2e-7),
        new("sin far", VectorMath.Sin, VectorMath.Sin, VectorMath.Sin, Math.Sin, -4194304f, 4194304f, 1.2e-7, true),
        new("cos", VectorMath.Cos, VectorMath.Cos, VectorMath.Cos, Math.Cos, -100f, 100f, 1.2e-7, true),
        new("cos far", VectorMath.Cos, VectorMath.Cos, VectorMath.Cos, Math.Cos, -4194304f, 4194304f, 1.2e-7, true),
        new("power of two", VectorMath.PowerOfTwo<Width1, float>, VectorMath.PowerOfTwo<Width256, Vector256<float>>, VectorMath.PowerOfTwo<Width512, Vector512<float>>, x => Math.Pow(2, x), -125.5f, 125.5f, 2e-7),
        new("weight", VectorMath.BinaryWeight<Width1, float>, VectorMath.BinaryWeight<Width256, Vector256<float>>, VectorMath.BinaryWeight<Width512, Vector512<float>>, x => Math.Pow(2, x), -92.3f, 0.5f, 1.7e-7),
        new("normal", Phi, Phi, Phi, Phi64, -12.5f, 7f, 5e-7),
    ];

    private static float Phi(float x) => VectorMath.NormalDistribution(x, out _);

    private static Vector256<float> Phi(Vector256<float> x) => VectorMath.NormalDistribution(x, out _);

    private static Vector512<float> Phi(Vector512<float> x) => VectorMath.NormalDistribution(x, out _);

    private static double Phi64(double x) => x == 0 ? 0.5 : GeluErf.Invoke64(x) / x;

    [TestCaseSource(nameof(s_functions))]
    public void Is_as_accurate_as_documented(Function f)
    {
        const int count = 200_003;
        double worst = 0, at = 0;
        for (int i = 0; i <= count; i++)
        {
            float x = (float)(f.First + (((double)f.Last - f.First) * i / count));
            double exact = f.Exact(x), error = Math.Abs(f.Scalar(x) - exact);
            error = f.IsAbsolute ? error : exact == 0 ? error : error / Math.Abs(exact);
            if (!(error <= worst))
            {
                (worst, at) = (error, x);
            }
        }
        TestContext.Out.WriteLine($"{f.Name}: largest {(f.IsAbsolute ? "absolute" : "relative")} error {worst:e2} at {at}");
        Assert.That(worst, Is.LessThanOrEqualTo(f.Tolerance), $"at {at}");
    }

    [TestCaseSource(nameof(s_functions))]
    public void Has_the_same_bits_on_every_width(Function f)
    {
        float[] special = [0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue,
            float.Epsilon, -float.Epsilon, 1e-39f, 1.17549435e-38f, -1e30f, 1e30f, 88.72283f, 88.72284f, -87.3f, -87.30001f, 0.70710678f];
        float[] x = new float[16 * 4096];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i < special.Length ? special[i] : (float)(f.First + (((double)f.Last - f.First) * i / x.Length));
        }
        for (int i = 0; i < x.Length; i += 16)
        {
            Vector512<float> v512 = f.V512(Vector512.Create(x, i));
            Vector256<float> low = f.V256(Vector256.Create(x, i)), high = f.V256(Vector256.Create(x, i + 8));
            for (int lane = 0; lane < 16; lane++)
            {
                int bits = Bits(f.Scalar(x[i + lane])), bits256 = Bits(lane < 8 ? low[lane] : high[lane - 8]), bits512 = Bits(v512[lane]);
                if (bits != bits256 || bits != bits512)
                {
                    Assert.Fail($"{f.Name}({x[i + lane]:r}): scalar {bits:x8}, 256 bits {bits256:x8}, 512 bits {bits512:x8}");
                }
            }
        }

        // The sign and payload of a NaN say nothing.
        static int Bits(float x) => BitConverter.SingleToInt32Bits(float.IsNaN(x) ? float.NaN : x);
    }

    [TestCase(0f, 1f)]
    [TestCase(-0f, 1f)]
    [TestCase(-87.30001f, 0f)]
    [TestCase(-1e30f, 0f)]
    [TestCase(float.MinValue, 0f)]
    [TestCase(float.NegativeInfinity, 0f)]
    [TestCase(88.7228394f, float.PositiveInfinity)]
    [TestCase(1e30f, float.PositiveInfinity)]
    [TestCase(float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase(float.NaN, float.NaN)]
    public void Exp_of_special_values(float x, float expected) => Assert.That(VectorMath.Exp(x), Is.EqualTo(expected));

    [Test]
    public void Exp_is_finite_up_to_the_largest_float_and_never_subnormal()
    {
        Assert.That(VectorMath.Exp(88.7228317f), Is.GreaterThan(3.4e38f).And.LessThan(float.PositiveInfinity));
        Assert.That(VectorMath.Exp(-87.3f), Is.GreaterThan(1.17549435e-38f));
    }

    [Test]
    public void The_exponential_of_nothing_positive_has_the_bits_of_the_general_one_down_to_its_lowest_argument()
    {
        for (int i = 0; i <= 100_000; i++)
        {
            float x = -70f * i / 100_000;
            float expected = x < -69f ? 0f : VectorMath.Exp(x);
            Assert.That(VectorMath.ExpNotPositive<Width1, float>(x, -69f), Is.EqualTo(expected));
        }
        foreach (float x in (float[])[-1e30f, float.MinValue, float.NegativeInfinity])
        {
            Assert.That(VectorMath.ExpNotPositive<Width1, float>(x, -69f), Is.Zero);
        }
        foreach (int bits in (int[])[-1, 0x7FC00000, 0x7FC00001, 0x7FFFFFFF])
        {
            Assert.That(VectorMath.ExpNotPositive<Width1, float>(BitConverter.Int32BitsToSingle(bits), -69f), Is.NaN);
        }
    }

    [TestCase(0f, 1f)]
    [TestCase(-0f, 1f)]
    [TestCase(-92.34f, 0f)]
    [TestCase(-1e30f, 0f)]
    [TestCase(float.MinValue, 0f)]
    [TestCase(float.NegativeInfinity, 0f)]
    [TestCase(float.NaN, float.NaN)]
    public void Weight_of_special_values(float x, float expected) => Assert.That(VectorMath.BinaryWeight<Width1, float>(x), Is.EqualTo(expected));

    [TestCase(0f, float.NegativeInfinity)]
    [TestCase(-0f, float.NegativeInfinity)]
    [TestCase(1f, 0f)]
    [TestCase(-1f, float.NaN)]
    [TestCase(-float.Epsilon, float.NaN)]
    [TestCase(float.NegativeInfinity, float.NaN)]
    [TestCase(float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase(float.NaN, float.NaN)]
    public void Log_of_special_values(float x, float expected) => Assert.That(VectorMath.Log(x), Is.EqualTo(expected));

    [Test]
    public void Log_covers_every_exponent_and_the_subnormals()
    {
        double worst = 0;
        for (int bits = 1; bits < 0x7F800000; bits += 9973)
        {
            float x = BitConverter.Int32BitsToSingle(bits);
            double exact = Math.Log(x);
            worst = Math.Max(worst, Math.Abs(VectorMath.Log(x) - exact) / Math.Max(Math.Abs(exact), 1e-30));
        }
        TestContext.Out.WriteLine($"log over all floats: largest relative error {worst:e2}");
        Assert.That(worst, Is.LessThan(2e-7));
    }

    [TestCase(float.PositiveInfinity, 1f)]
    [TestCase(float.NegativeInfinity, -1f)]
    [TestCase(1e30f, 1f)]
    [TestCase(1e-30f, 1e-30f)]
    [TestCase(float.Epsilon, float.Epsilon)]
    [TestCase(float.NaN, float.NaN)]
    public void Tanh_of_special_values(float x, float expected) => Assert.That(VectorMath.Tanh(x), Is.EqualTo(expected).Within(1).Ulps);

    [Test]
    public void Tanh_is_odd_and_keeps_the_sign_of_zero()
    {
        Assert.That(VectorMath.Tanh(-0.3f), Is.EqualTo(-VectorMath.Tanh(0.3f)));
        Assert.That(float.IsNegative(VectorMath.Tanh(-0f)), Is.True);
    }

    [TestCase(float.PositiveInfinity, 1f)]
    [TestCase(float.NegativeInfinity, 0f)]
    [TestCase(-1e30f, 0f)]
    [TestCase(0f, 0.5f)]
    [TestCase(float.NaN, float.NaN)]
    public void Sigmoid_and_the_normal_distribution_of_special_values(float x, float expected)
    {
        Assert.That(VectorMath.Sigmoid(x), Is.EqualTo(expected));
        Assert.That(Phi(x), Is.EqualTo(expected).Within(1).Ulps);
    }

    [Test]
    public void Sin_and_cos_beyond_their_range_are_not_a_number()
    {
        foreach (float x in (float[])[5e6f, -5e6f, 1e30f, float.PositiveInfinity, float.NaN])
        {
            Assert.That(VectorMath.Sin(x), Is.NaN);
            Assert.That(VectorMath.Cos(x), Is.NaN);
        }
    }
}
