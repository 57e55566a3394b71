using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>The loss of a recorded step with its weights moved along the update: by the float64 twin, or by the kernels where that would take too long.</summary>
internal sealed class LossProbe(StepTrace trace, StepUpdate update)
{
    /// <summary>Weights times rows of the batch up to which the twin is asked: about a tenth of a second.</summary>
    public const long TwinProducts = 30_000_000;

    /// <summary>Whether the losses are those of float64.</summary>
    public bool IsExact { get; } = Products(trace) <= TwinProducts;

    /// <summary>L(w + factor·Δw).</summary>
    public double LossAt(double factor) => IsExact ? ByTwin(factor) : factor == 0 ? trace.Loss : ByKernels(factor);

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
        TensorBuffer[] kept = slabs.CopyValues();
        using Tape tape = new(trace.Subject.Backend, records: false);
        try
        {
            foreach (Parameter parameter in slabs.Parameters)
            {
                trace.Subject.Backend.Write(Array.ConvertAll(Moved(parameter, factor), w => (float)w), parameter.Tensor.Data);
            }
            return trace.Read(trace.Subject.Forward(tape).Data)[0];
        }
        finally
        {
            slabs.RestoreValues(kept);
            foreach (TensorBuffer buffer in kept) { buffer.Dispose(); }
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

    private static long Products(StepTrace trace)
    {
        long rows = 1;
        for (int n = 0; n < trace.Tape.Count; n++) { rows = Math.Max(rows, trace.Tape[n].Output.Shape.Rows); }
        return rows * trace.Subject.Slabs.Length;
    }
}
