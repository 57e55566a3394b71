using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>The loss of a recorded step with its weights moved along the update: by the float64 twin, or by the kernels where that would take too long.</summary>
/// <param name="trace">The step.</param>
/// <param name="update">Its update.</param>
/// <param name="isExact">Whether the twin is asked; see <see cref="SuitsTwin"/>.</param>
internal sealed class LossProbe(StepTrace trace, StepUpdate update, bool isExact) : IDisposable
{
    /// <summary>Multiply-adds up to which the twin is asked unbidden: about a tenth of a second.</summary>
    private const double TwinArithmetic = 3e7;

    /// <summary>The weights as they are; made when they are moved for the first time.</summary>
    private TensorBuffer[]? kept;

    /// <summary>Whether the losses are those of float64.</summary>
    public bool IsExact => isExact;

    /// <summary>Whether a step is small enough for the twin.</summary>
    public static bool SuitsTwin(StepTrace trace) => trace.Cost <= TwinArithmetic;

    /// <summary>L(w + factor·Δw).</summary>
    public double LossAt(double factor) => isExact ? ByTwin(factor) : factor == 0 ? trace.Loss : ByKernels(factor);

    public void Dispose()
    {
        foreach (TensorBuffer buffer in kept ?? []) { buffer.Dispose(); }
    }

    private double ByTwin(double factor)
    {
        if (factor == 0) { return trace.Twin.ValuesOf(trace.LossTensor)[0]; }
        Dictionary<Tensor, double[]> moved = new(ReferenceEqualityComparer.Instance);
        foreach (Parameter parameter in trace.Subject.Slabs.Parameters.Where(parameter => trace.Of(parameter.Tensor).Consumers.Count > 0)) { moved[parameter.Tensor] = Moved(parameter, factor); }
        return trace.Twin.With(moved).TryGetValue(trace.LossTensor, out double[]? loss) ? loss[0] : LossAt(0);
    }

    private double ByKernels(double factor)
    {
        ParameterSlabs slabs = trace.Subject.Slabs;
        kept ??= slabs.CopyValues();
        using Tape tape = new(trace.Subject.Backend, records: false);
        try
        {
            if (factor == 1) { update.PutInPlace(); }
            else { MoveInPlace(factor); }
            return trace.Read(trace.Subject.Forward(tape).Data)[0];
        }
        finally
        {
            slabs.RestoreValues(kept);
        }
    }

    /// <summary>Moves the weights piece by piece, so that a large model needs no second copy on the host.</summary>
    private void MoveInPlace(double factor)
    {
        foreach (Parameter parameter in trace.Subject.Slabs.Parameters)
        {
            (View beforeView, View afterView) = update.WeightsOf(parameter);
            update.Pieces.Write(beforeView, (_, numbers) =>
            {
                Span<float> w = numbers[0], after = numbers[1];
                for (int i = 0; i < w.Length; i++) { w[i] = (float)(w[i] + (factor * ((double)after[i] - w[i]))); }
            }, beforeView, afterView);
        }
    }

    private double[] Moved(Parameter parameter, double factor)
    {
        (View beforeView, View afterView) = update.WeightsOf(parameter);
        float[] before = trace.Read(beforeView), after = trace.Read(afterView);
        double[] moved = new double[before.Length];
        for (int i = 0; i < moved.Length; i++) { moved[i] = before[i] + (factor * ((double)after[i] - before[i])); }
        return moved;
    }
}
