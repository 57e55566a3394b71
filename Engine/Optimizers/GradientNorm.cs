using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Optimizers;

/// <summary>‖g‖ over all parameters at once, and the factor that clips it.</summary>
public sealed class GradientNorm(Backend backend, ParameterSlabs slabs) : IDisposable
{
    /// <summary>Keeps the factor finite where the norm is 0.</summary>
    public const double Epsilon = Clipping.Epsilon;

    private readonly IReadOnlyList<View> parts = slabs.GradientParts;
    private TensorBuffer? sums;

    /// <summary>Sums that make a norm: one for each part of the gradients.</summary>
    public int Parts => parts.Count;

    /// <summary>√Σg² of the gradients as they are now.</summary>
    public double Measure()
    {
        View result = new(sums ??= backend.Allocate(Parts), 0, Parts);
        Span<float> values = stackalloc float[Parts];
        Queue(result);
        backend.Read(result, values);
        return Of(values);
    }

    /// <summary>Computes the sums of the gradients as they are now, without waiting for them.</summary>
    public void Queue(View into)
    {
        for (int i = 0; i < Parts; i++) { backend.SumOfSquares(parts[i], into.Slice(i, 1)); }
    }

    /// <summary>The norm of these sums.</summary>
    public static double Of(ReadOnlySpan<float> sums)
    {
        double total = 0;
        foreach (float sum in sums) { total += sum; }
        return Math.Sqrt(total);
    }

    /// <summary>max/(norm + 1e-6) where the norm is above <paramref name="maximum"/>, else 1; a maximum of 0 never clips.</summary>
    public static double ClipScale(double norm, double maximum) => Clipping.Factor(norm, maximum);

    public void Dispose() => sums?.Dispose();
}
