using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

public static partial class VectorMath
{
    private const float SmallestNormal = 1.17549435e-38f;

    /// <summary>Natural logarithm, subnormal arguments included; −∞ at 0, NaN below, +∞ at +∞. Relative error ≤ 8.1·10⁻⁸.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => Log<Width1, float>(x);

    /// <inheritdoc cref="Log(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x) => Log<Width256, Vector256<float>>(x);

    /// <inheritdoc cref="Log(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x) => Log<Width512, Vector512<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Log<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector isSmall = TWidth.LessThan(x, TWidth.Broadcast(SmallestNormal));
        TVector scaled = TWidth.Select(isSmall, TWidth.Multiply(x, TWidth.Broadcast(8388608f)), x);

        // x = m·2ᵉ with m in [√½, √2).
        TVector exponent = TWidth.ShiftRight(TWidth.SubtractBits(scaled, TWidth.Broadcast(0.70710678f)), 23);
        TVector f = TWidth.Subtract(TWidth.SubtractBits(scaled, TWidth.ShiftLeft(exponent, 23)), TWidth.Broadcast(1f));
        TVector e = TWidth.Add(TWidth.BitsToFloat(exponent), TWidth.And(isSmall, TWidth.Broadcast(-23f)));

        // ln m = f − ½f² + f³·p(f), f = m − 1.
        TVector p = TWidth.MultiplyAdd(TWidth.Broadcast(0.0697161183f), f, TWidth.Broadcast(-0.114797339f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(0.116854198f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(-0.124256872f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(0.142490581f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(-0.166678026f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(0.200007156f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(-0.24999997f));
        p = TWidth.MultiplyAdd(p, f, TWidth.Broadcast(0.333333313f));
        TVector square = TWidth.Multiply(f, f);
        TVector y = TWidth.MultiplyAdd(p, TWidth.Multiply(f, square), TWidth.Multiply(e, TWidth.Broadcast(Ln2Low)));
        y = TWidth.Add(TWidth.NegateMultiplyAdd(TWidth.Broadcast(0.5f), square, y), f);
        y = TWidth.MultiplyAdd(e, TWidth.Broadcast(Ln2High), y);

        y = TWidth.Select(TWidth.Equal(x, default), TWidth.Broadcast(float.NegativeInfinity), y);
        y = TWidth.Select(TWidth.LessThan(x, default), TWidth.Broadcast(float.NaN), y);
        return TWidth.Select(TWidth.LessThan(x, TWidth.Broadcast(float.PositiveInfinity)), y, x);
    }
}
