using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>GELU in its exact form, x·Φ(x) = ½x(1 + erf(x/√2)); f' = Φ(x) + x·φ(x).</summary>
/// <remarks>Hendrycks and Gimpel 2016, arXiv:1606.08415. Φ and φ are the distribution and density of the standard normal.</remarks>
public readonly struct GeluErf : IUnaryFunction
{
    public static string Name => "gelu_erf";

    public static string Formula => "½x(1 + erf(x/√2))";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Invoke(float x) => F<Width1, float>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Invoke(Vector256<float> x) => F<Width256, Vector256<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x) => F<Width512, Vector512<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float x) => D<Width1, float>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Derivative(Vector256<float> x) => D<Width256, Vector256<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Derivative(Vector512<float> x) => D<Width512, Vector512<float>>(x);

    public static double Invoke64(double x) => x * NormalDistribution64(x);

    public static double Derivative64(double x) => NormalDistribution64(x) + (x * Density64(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Multiply(x, VectorMath.NormalDistribution<TWidth, TVector>(x, out _));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector distribution = VectorMath.NormalDistribution<TWidth, TVector>(x, out TVector density);
        // Where the density is 0 so is the product, at an infinite x too.
        TVector product = TWidth.And(TWidth.LessThan(default, density), TWidth.Multiply(x, density));
        return TWidth.Add(distribution, product);
    }

    // Φ by its Taylor series near 0 and by the continued fraction of the tail (Abramowitz and Stegun 26.2.10, 26.2.14).
    private static double NormalDistribution64(double x)
    {
        double a = Math.Abs(x);
        if (a < 3)
        {
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > 1e-18; n++)
            {
                term *= x * x / ((2 * n) + 1);
                sum += term;
            }
            return 0.5 + (sum * Density64(x));
        }
        double fraction = a;
        for (int n = 100; n > 0; n--)
        {
            fraction = a + (n / fraction);
        }
        double tail = Density64(x) / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    private static double Density64(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
}
