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
}
