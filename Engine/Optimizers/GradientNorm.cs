using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>‖g‖ over all parameters at once, and the factor that clips it.</summary>
public sealed class GradientNorm(Backend backend, ParameterSlabs slabs) : IDisposable
{
    /// <summary>Keeps the factor finite where the norm is 0.</summary>
    public const double Epsilon = 1e-6;

    private readonly IReadOnlyList<View> parts = slabs.GradientParts;
    private readonly TensorBuffer result = backend.Allocate(1);

    /// <summary>√Σg² of the gradients as they are now.</summary>
    public double Measure()
    {
        View sum = new(result, 0, 1);
        Span<float> value = stackalloc float[1];
        double total = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            backend.SumOfSquares(parts[i], sum);
            backend.Read(sum, value);
            total += value[0];
        }
        return Math.Sqrt(total);
    }

    /// <summary>max/(norm + 1e-6) where the norm is above <paramref name="maximum"/>, else 1; a maximum of 0 never clips.</summary>
    public static double ClipScale(double norm, double maximum) => maximum > 0 && norm > maximum ? maximum / (norm + Epsilon) : 1;

    public void Dispose() => result.Dispose();
}
