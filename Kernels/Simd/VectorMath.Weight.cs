using System.Runtime.CompilerServices;

namespace PureLlm.Kernels;

public static partial class VectorMath
{
    /// <summary>Below this exponent a weight of a softmax is exactly 0: it is lost beside the largest weight of its row, 1, and its products would be subnormal.</summary>
    internal const float SmallestExponent = -64f;

    /// <summary>eˣ of a score against the largest of its row, so of x ≤ 0 or hardly above: the bits of <see cref="Exp(float)"/>, 0 below <see cref="SmallestExponent"/>; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Weight<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector t = TWidth.MultiplyAdd(x, TWidth.Broadcast(Log2E), TWidth.Broadcast(Rounder));
        TVector n = TWidth.Subtract(t, TWidth.Broadcast(Rounder));
        TVector y = TWidth.Add(ExpMinusOne<TWidth, TVector>(x, n), TWidth.Broadcast(1f));
        y = TWidth.AddBits(y, TWidth.ShiftLeft(t, 23));
        return TWidth.Select(TWidth.LessThan(x, TWidth.Broadcast(SmallestExponent)), default, y);
    }

    /// <summary>2ˣ of a score against the largest of its row, both in units of ln 2: the same limit, NaN stays NaN. Relative error ≤ 1.7·10⁻⁷.</summary>
    /// <remarks>The factor 1/ln 2 is part of what scales the queries, so that nothing is left of the reduction but a rounding.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector BinaryWeight<TWidth, TVector>(TVector x)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector t = TWidth.Add(x, TWidth.Broadcast(Rounder));
        TVector f = TWidth.Subtract(x, TWidth.Subtract(t, TWidth.Broadcast(Rounder)));
        TVector square = TWidth.Multiply(f, f);
        TVector low = TWidth.MultiplyAdd(TWidth.Broadcast(P1), f, TWidth.Broadcast(P0));
        TVector high = TWidth.MultiplyAdd(TWidth.Broadcast(P3), f, TWidth.Broadcast(P2));
        high = TWidth.MultiplyAdd(TWidth.Broadcast(P4), square, high);
        TVector y = TWidth.MultiplyAdd(TWidth.MultiplyAdd(high, square, low), f, TWidth.Broadcast(1f));
        y = TWidth.AddBits(y, TWidth.ShiftLeft(t, 23));
        return TWidth.AndNot(y, TWidth.LessThan(x, TWidth.Broadcast(SmallestExponent * Log2E)));
    }
}
