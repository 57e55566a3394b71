using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>The logistic function σ(x) = 1/(1 + e⁻ˣ); σ' = σ(x)·σ(−x).</summary>
/// <remarks>Stable at any x: the exponential stays within the normal numbers.</remarks>
public readonly struct Sigmoid : IUnaryFunction
{
    public static string Name => "sigmoid";

    public static string Formula => "1/(1 + e⁻ˣ)";

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

    public static double Invoke64(double x) => 1 / (1 + Math.Exp(-x));

    public static double Derivative64(double x) => 1 / ((1 + Math.Exp(-x)) * (1 + Math.Exp(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => VectorMath.Sigmoid<TWidth, TVector>(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector s = VectorMath.Sigmoid<TWidth, TVector>(x, out TVector rest);
        return TWidth.Multiply(s, rest);
    }
}
