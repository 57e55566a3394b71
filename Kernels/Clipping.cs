namespace PureLlm.Kernels;

/// <summary>The norm of all gradients and the factor that clips it, in float64: the same bits on every device.</summary>
public static class Clipping
{
    /// <summary>Keeps the factor finite where the norm is 0.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>√total / unit, where the gradients were computed in so many units.</summary>
    public static double Norm(double total, double unit) => Math.Sqrt(total) / unit;

    /// <summary>maximum/(norm + 1e-6) where the norm is above a maximum, else 1; a maximum of 0 never clips.</summary>
    public static double Factor(double norm, double maximum) => maximum > 0 && norm > maximum ? maximum / (norm + Epsilon) : 1;
}
