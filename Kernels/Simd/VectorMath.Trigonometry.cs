using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

public static partial class VectorMath
{
    /// <summary>sin x in radians for |x| ≤ 2²²; NaN beyond. Absolute error ≤ 9.6·10⁻⁸.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sin(float x) => Sin<Width1, float>(x);

    /// <inheritdoc cref="Sin(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sin(Vector256<float> x) => Sin<Width256, Vector256<float>>(x);

    /// <inheritdoc cref="Sin(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sin(Vector512<float> x) => Sin<Width512, Vector512<float>>(x);

    /// <summary>cos x in radians for |x| ≤ 2²²; NaN beyond. Absolute error ≤ 9.6·10⁻⁸.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cos(float x) => Cos<Width1, float>(x);

    /// <inheritdoc cref="Cos(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Cos(Vector256<float> x) => Cos<Width256, Vector256<float>>(x);

    /// <inheritdoc cref="Cos(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cos(Vector512<float> x) => Cos<Width512, Vector512<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Sin<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => Turn<TWidth, TVector>(x, quarters: 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Cos<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => Turn<TWidth, TVector>(x, quarters: 1);

    // sin(x + quarters·π/2): x = n·π/2 + r, then sin r or cos r by the parity of n + quarters, with the sign of its second bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Turn<TWidth, TVector>(TVector x, int quarters)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector t = TWidth.MultiplyAdd(x, TWidth.Broadcast(0.636619747f), TWidth.Broadcast(Rounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(Rounder));
        TVector r = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(1.57079637f), x);
        r = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(-4.37113883e-08f), r);
        r = TWidth.NegateMultiplyAdd(n, TWidth.Broadcast(-1.71512451e-15f), r);
        TVector square = TWidth.Multiply(r, r);

        TVector sine = TWidth.MultiplyAdd(TWidth.Broadcast(2.72493139e-06f), square, TWidth.Broadcast(-0.000198400827f));
        sine = TWidth.MultiplyAdd(sine, square, TWidth.Broadcast(0.00833333191f));
        sine = TWidth.MultiplyAdd(sine, square, TWidth.Broadcast(-0.166666672f));
        sine = TWidth.MultiplyAdd(sine, TWidth.Multiply(square, r), r);

        TVector cosine = TWidth.MultiplyAdd(TWidth.Broadcast(2.45474366e-05f), square, TWidth.Broadcast(-0.00138883002f));
        cosine = TWidth.MultiplyAdd(cosine, square, TWidth.Broadcast(0.0416666642f));
        cosine = TWidth.MultiplyAdd(cosine, square, TWidth.Broadcast(-0.5f));
        cosine = TWidth.MultiplyAdd(cosine, square, TWidth.Broadcast(1f));

        TVector quadrant = TWidth.AddBits(t, TWidth.Broadcast(BitConverter.Int32BitsToSingle(quarters)));
        TVector isOdd = TWidth.ShiftRight(TWidth.ShiftLeft(quadrant, 31), 31);
        TVector sign = TWidth.And(TWidth.ShiftLeft(quadrant, 30), TWidth.Broadcast(-0f));
        TVector y = TWidth.Xor(TWidth.Select(isOdd, cosine, sine), sign);
        return TWidth.Select(TWidth.LessThanOrEqual(TWidth.Abs(x), TWidth.Broadcast(4194304f)), y, TWidth.Broadcast(float.NaN));
    }
}
