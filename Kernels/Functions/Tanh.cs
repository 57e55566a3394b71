using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>The hyperbolic tangent; tanh' = 1 − tanh².</summary>
/// <remarks>Range (−1, 1).</remarks>
public readonly struct Tanh : IUnaryFunction
{
    public static string Name => "tanh";

    public static string Formula => "tanh x";

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

    public static double Invoke64(double x) => Math.Tanh(x);

    public static double Derivative64(double x) => 1 / (Math.Cosh(x) * Math.Cosh(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => VectorMath.Tanh<TWidth, TVector>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // 1 − tanh² = 4·σ(2x)·σ(−2x): no cancellation where tanh is near ±1.
        TVector s = VectorMath.Sigmoid<TWidth, TVector>(TWidth.Add(x, x), out TVector rest);
        return TWidth.Multiply(TWidth.Multiply(TWidth.Broadcast(4f), s), rest);
    }
}
