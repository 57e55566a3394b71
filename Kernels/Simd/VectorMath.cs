using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

/// <summary>exp, log, tanh, sin, cos, σ and the normal distribution: polynomials in fused multiply-adds, the same bits as scalar, 256-bit and 512-bit code.</summary>
/// <remarks>The errors in the comments are the largest that the tests measured against double precision, in dense sweeps of the whole range.
/// The library functions of a platform decide nothing here, so a result does not change with the operating system.</remarks>
public static partial class VectorMath
{
    // 1.5·2²³: adding it rounds to an integer, which then stands in the low bits.
    private const float Rounder = 12582912f;

    // The same with 127, the bias of an exponent: the low bits shifted into place are 2ⁿ.
    private const float BiasedRounder = Rounder + 127f;
    internal const float Log2E = 1.44269502f;
    internal const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465421e-09f;

    // (eʳ − 1 − r)/r² on |r| ≤ ½ ln 2.
    private const float E0 = 0.5f;
    private const float E1 = 0.166665763f;
    private const float E2 = 0.0416665561f;
    private const float E3 = 0.00836317893f;
    private const float E4 = 0.0013926184f;

    // (2ᶠ − 1)/f on |f| ≤ ½.
    private const float P0 = 0.693147004f;
    private const float P1 = 0.240222424f;
    private const float P2 = 0.0555073358f;
    private const float P3 = 0.00967151299f;
    private const float P4 = 0.00132647238f;

    private const float LargestSigmoidArgument = 87.3f;

    /// <summary>eˣ; exactly 0 below −87.3 and at −∞, never subnormal; +∞ from 88.72284 on; NaN stays NaN. Relative error ≤ 9·10⁻⁸.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Exp<Width1, float>(x);

    /// <inheritdoc cref="Exp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) => Exp<Width256, Vector256<float>>(x);

    /// <inheritdoc cref="Exp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Exp<Width512, Vector512<float>>(x);

    /// <summary>tanh x; NaN stays NaN. Relative error ≤ 1.8·10⁻⁷, near 0 too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => Tanh<Width1, float>(x);

    /// <inheritdoc cref="Tanh(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x) => Tanh<Width256, Vector256<float>>(x);

    /// <inheritdoc cref="Tanh(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x) => Tanh<Width512, Vector512<float>>(x);

    /// <summary>σ(x) = 1/(1 + e⁻ˣ); NaN stays NaN. Relative error ≤ 1.9·10⁻⁷.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => Sigmoid<Width1, float>(x, out _);

    /// <inheritdoc cref="Sigmoid(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Sigmoid<Width256, Vector256<float>>(x, out _);

    /// <inheritdoc cref="Sigmoid(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Sigmoid<Width512, Vector512<float>>(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // x = n·ln 2 + r; eˣ = 2ⁿ·eʳ, where 2ⁿ is added to the exponent of eʳ.
        TVector t = TWidth.MultiplyAdd(x, TWidth.Broadcast(Log2E), TWidth.Broadcast(Rounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(Rounder));
        TVector y = TWidth.Add(ExpMinusOne<TWidth, TVector>(x, n), TWidth.Broadcast(1f));
        y = TWidth.AddBits(y, TWidth.ShiftLeft(t, 23));
        y = TWidth.Select(TWidth.LessThan(x, TWidth.Broadcast(-87.3f)), default, y);
        TVector overflow = TWidth.Add(x, TWidth.Broadcast(float.PositiveInfinity));
        return TWidth.Select(TWidth.LessThanOrEqual(x, TWidth.Broadcast(88.7228317f)), y, overflow);
    }

    /// <summary>eˣ for x ≤ 0, or little above, with the bits of <see cref="Exp(float)"/>, but exactly 0 below <paramref name="lowest"/> ≥ −87.3:
    /// a small result that is multiplied later must not become subnormal. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector ExpNotPositive<TWidth, TVector>(TVector x, float lowest)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector t = TWidth.MultiplyAdd(x, TWidth.Broadcast(Log2E), TWidth.Broadcast(BiasedRounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(BiasedRounder));
        TVector power = TWidth.ShiftLeft(t, 23);
        TVector y = TWidth.MultiplyAdd(ExpMinusOne<TWidth, TVector>(x, n), power, power);
        return TWidth.Select(TWidth.LessThan(x, TWidth.Broadcast(lowest)), default, y);
    }

    // eʳ − 1 with r = x − n·ln 2, without cancellation at 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpMinusOne<TWidth, TVector>(TVector x, TVector n)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector r = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(Ln2High), x);
        r = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(Ln2Low), r);
        // By halves (Estrin): what bounds a loop is how many elements the CPU has in flight, so a short chain counts more than a register.
        TVector square = TWidth.Multiply(r, r);
        TVector low = TWidth.MultiplyAdd(TWidth.Broadcast(E1), r, TWidth.Broadcast(E0));
        TVector high = TWidth.MultiplyAdd(TWidth.Broadcast(E3), r, TWidth.Broadcast(E2));
        high = TWidth.MultiplyAdd(TWidth.Broadcast(E4), square, high);
        return TWidth.MultiplyAdd(TWidth.MultiplyAdd(high, square, low), square, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Tanh<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // tanh a = e/(e + 2) with e = e²ᵃ − 1; from 10 on the result is 1.
        TVector a = TWidth.Min(TWidth.Broadcast(10f), TWidth.Abs(x));
        a = TWidth.Add(a, a);
        TVector t = TWidth.MultiplyAdd(a, TWidth.Broadcast(Log2E), TWidth.Broadcast(BiasedRounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(BiasedRounder));
        TVector power = TWidth.ShiftLeft(t, 23);
        TVector e = TWidth.MultiplyAdd(power, ExpMinusOne<TWidth, TVector>(a, n), TWidth.Subtract(power, TWidth.Broadcast(1f)));
        TVector y = TWidth.Divide(e, TWidth.Add(e, TWidth.Broadcast(2f)));
        return TWidth.Xor(y, TWidth.And(x, TWidth.Broadcast(-0f)));
    }

    /// <summary>2ˣ for |x| ≤ 125.5, NaN stays NaN. Relative error ≤ 1.8·10⁻⁷: for what is rounded elsewhere to that, with fewer operations than <see cref="Exp(float)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector PowerOfTwo<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector t = TWidth.Add(x, TWidth.Broadcast(Rounder));
        TVector f = TWidth.Subtract(x, TWidth.Subtract(t, TWidth.Broadcast(Rounder)));
        TVector square = TWidth.Multiply(f, f);
        TVector low = TWidth.MultiplyAdd(TWidth.Broadcast(P2), f, TWidth.Broadcast(P1));
        TVector high = TWidth.MultiplyAdd(TWidth.Broadcast(P4), f, TWidth.Broadcast(P3));
        TVector y = TWidth.MultiplyAdd(TWidth.MultiplyAdd(high, square, low), square, TWidth.Multiply(f, TWidth.Broadcast(P0)));
        return TWidth.AddBits(TWidth.Add(y, TWidth.Broadcast(1f)), TWidth.ShiftLeft(t, 23));
    }

    /// <summary>σ(x), and σ(−x) = 1 − σ(x) without cancellation; exactly 0 beyond ±87.3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Sigmoid<TWidth, TVector>(TVector x, out TVector rest)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // e = e⁻ˣ, held between the smallest and the largest normal powers: σ = 1/(1 + e), and e·σ has no cancellation either.
        TVector largest = TWidth.Broadcast(LargestSigmoidArgument), smallest = TWidth.Broadcast(-LargestSigmoidArgument);
        TVector a = TWidth.Max(smallest, TWidth.Min(largest, x));
        TVector t = TWidth.NegateMultiplyAdd(a, TWidth.Broadcast(Log2E), TWidth.Broadcast(BiasedRounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(BiasedRounder));
        TVector power = TWidth.ShiftLeft(t, 23);
        TVector e = TWidth.MultiplyAdd(ExpMinusOne<TWidth, TVector>(TWidth.Negate(a), n), power, power);
        TVector y = TWidth.Divide(TWidth.Broadcast(1f), TWidth.Add(e, TWidth.Broadcast(1f)));
        rest = TWidth.AndNot(TWidth.Multiply(e, y), TWidth.LessThan(largest, x));
        return TWidth.AndNot(y, TWidth.LessThan(x, smallest));
    }
}
