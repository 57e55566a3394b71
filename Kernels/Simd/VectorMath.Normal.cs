using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureLlm.Kernels;

public static partial class VectorMath
{
    /// <summary>Φ(x), the standard normal distribution, and φ(x), its density; erf x = 2Φ(x√2) − 1. NaN stays NaN. Relative error ≤ 4.5·10⁻⁷ for x ≥ −12.5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NormalDistribution(float x, out float density) => NormalDistribution<Width1, float>(x, out density);

    /// <inheritdoc cref="NormalDistribution(float, out float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NormalDistribution(Vector256<float> x, out Vector256<float> density)
        => NormalDistribution<Width256, Vector256<float>>(x, out density);

    /// <inheritdoc cref="NormalDistribution(float, out float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NormalDistribution(Vector512<float> x, out Vector512<float> density)
        => NormalDistribution<Width512, Vector512<float>>(x, out density);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector NormalDistribution<TWidth, TVector>(TVector x, out TVector density)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        // e^(−½a²): the rounding error of a² is carried along, for it counts where the exponent is large.
        TVector a = TWidth.Min(TWidth.Broadcast(14f), TWidth.Abs(x));
        TVector square = TWidth.Multiply(a, a);
        TVector lost = TWidth.MultiplyAdd(a, a, TWidth.Negate(square));
        TVector half = TWidth.Broadcast(-0.5f);
        TVector e = ExpNotPositive<TWidth, TVector>(TWidth.Multiply(half, square), -87.3f);
        e = TWidth.MultiplyAdd(TWidth.Multiply(half, lost), e, e);
        density = TWidth.Multiply(e, TWidth.Broadcast(0.398942292f));

        // 1 − Φ(a) = e^(−½a²)·t·p(t), t = 1/(1 + 0.24a).
        TVector t = TWidth.Divide(TWidth.Broadcast(1f), TWidth.MultiplyAdd(a, TWidth.Broadcast(0.24f), TWidth.Broadcast(1f)));
        TVector p = TWidth.MultiplyAdd(TWidth.Broadcast(0.0254822988f), t, TWidth.Broadcast(-0.124423869f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.205035374f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(-0.143752277f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.141078025f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.0283276625f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.0877102017f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.088944301f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.0958561525f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.0957421288f));
        TVector tail = TWidth.Multiply(e, TWidth.Multiply(t, p));
        return TWidth.Select(TWidth.LessThan(x, default), tail, TWidth.Subtract(TWidth.Broadcast(1f), tail));
    }
}
