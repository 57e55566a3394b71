using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>The rectifier max(0, x); f' is 0 at 0.</summary>
/// <remarks>NaN stays NaN.</remarks>
public readonly struct Relu : IUnaryFunction
{
    public static string Name => "relu";

    public static string Formula => "max(0, x)";

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

    public static double Invoke64(double x) => x > 0 ? x : 0;

    public static double Derivative64(double x) => x > 0 ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Max(default, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.And(TWidth.LessThan(default, x), TWidth.Broadcast(1f));
}
