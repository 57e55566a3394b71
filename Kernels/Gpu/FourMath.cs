using ILGPU.Util;

namespace PureLlm.Kernels.Gpu;

/// <summary>Arithmetic on four floats in registers.</summary>
internal static class FourMath
{
    /// <summary>sum + a·b.</summary>
    public static Four Add(Four sum, float a, Four b) => new(
        MathF.FusedMultiplyAdd(a, b.A, sum.A), MathF.FusedMultiplyAdd(a, b.B, sum.B), MathF.FusedMultiplyAdd(a, b.C, sum.C), MathF.FusedMultiplyAdd(a, b.D, sum.D));

    /// <summary>sum + a₀b₀ + a₁b₁ + a₂b₂ + a₃b₃, in this order.</summary>
    public static float Add(float sum, Four a, Four b)
        => MathF.FusedMultiplyAdd(a.D, b.D, MathF.FusedMultiplyAdd(a.C, b.C, MathF.FusedMultiplyAdd(a.B, b.B, MathF.FusedMultiplyAdd(a.A, b.A, sum))));

    public static Four Add(Four a, Four b) => new(a.A + b.A, a.B + b.B, a.C + b.C, a.D + b.D);

    public static Four Scale(Four x, float factor) => new(x.A * factor, x.B * factor, x.C * factor, x.D * factor);

    public static Four OrZero(bool condition, Four x) => new(
        Utilities.Select(condition, x.A, 0f), Utilities.Select(condition, x.B, 0f), Utilities.Select(condition, x.C, 0f), Utilities.Select(condition, x.D, 0f));
}
