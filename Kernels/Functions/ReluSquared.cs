using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>The squared rectifier max(0, x)²; f' = 2·max(0, x).</summary>
/// <remarks>So et al. 2021, arXiv:2109.08668.</remarks>
public readonly struct ReluSquared : IUnaryFunction
{
    public static string Name => "relu2";

    public static string Formula => "max(0, x)²";

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

    public static double Invoke64(double x) => x > 0 ? x * x : 0;

    public static double Derivative64(double x) => x > 0 ? 2 * x : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector r = TWidth.Max(default, x);
        return TWidth.Multiply(r, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector r = TWidth.Max(default, x);
        return TWidth.Add(r, r);
    }
}
