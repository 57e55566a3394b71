using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>GELU in its tanh form, ½x(1 + tanh u) with u = √(2/π)·(x + 0.044715x³), as in GPT-2; f' is the exact derivative of this form.</summary>
/// <remarks>Hendrycks and Gimpel 2016, arXiv:1606.08415. Computed as x·σ(2u) = x/(1 + e^(−2u)), which has no cancellation at negative x.</remarks>
public readonly struct GeluTanh : IUnaryFunction
{
    public static string Name => "gelu_tanh";

    public static string Formula => "½x(1 + tanh(√(2/π)(x + 0.044715x³)))";

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

    public static double Invoke64(double x) => 0.5 * x * (1 + Math.Tanh(U64(x)));

    public static double Derivative64(double x) => Slope64(x, Math.Tanh(U64(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector F<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => Cut<TWidth, TVector>(TWidth.Divide(x, TWidth.Add(ExpOfMinusTwiceU<TWidth, TVector>(Clamp<TWidth, TVector>(x)), TWidth.Broadcast(1f))), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector D<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // f' = σ(2u) + x·σ(2u)·σ(−2u)·2u'
        TVector c = Clamp<TWidth, TVector>(x);
        TVector e = ExpOfMinusTwiceU<TWidth, TVector>(c);
        TVector s = TWidth.Divide(TWidth.Broadcast(1f), TWidth.Add(e, TWidth.Broadcast(1f)));
        TVector slope = TWidth.MultiplyAdd(TWidth.Multiply(c, c), TWidth.Broadcast(3 * Cubic), TWidth.Broadcast(Linear));
        return Cut<TWidth, TVector>(TWidth.MultiplyAdd(TWidth.Multiply(TWidth.Multiply(c, slope), TWidth.Multiply(e, s)), s, s), x);
    }

    // 2u = Linear·x + Cubic·x³, and −2u/ln 2 = BinaryLinear·x + BinaryCubic·x³.
    private const float Linear = 1.59576912f;
    private const float Cubic = 0.0713548163f;
    private const float BinaryLinear = -2.30220819f;
    private const float BinaryCubic = -0.102943242f;

    // Here 2u/ln 2 is 125.3: e^(−2u) and its reciprocal are normal numbers.
    private const float Largest = 9.98f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOfMinusTwiceU<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => VectorMath.PowerOfTwo<TWidth, TVector>(TWidth.Multiply(x, TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Broadcast(BinaryCubic), TWidth.Broadcast(BinaryLinear))));

    // Above, σ(2u) is 1 in float; below, f is cut to 0, as products with 10⁻³⁶ would be subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Clamp<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Max(TWidth.Broadcast(-Largest), TWidth.Min(TWidth.Broadcast(Largest), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Cut<TWidth, TVector>(TVector y, TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.AndNot(y, TWidth.LessThan(x, TWidth.Broadcast(-Largest)));

    private static double U64(double x) => Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x));

    private static double Slope64(double x, double tanh)
        => (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * Math.Sqrt(2 / Math.PI) * (1 + (3 * 0.044715 * x * x)));
}
