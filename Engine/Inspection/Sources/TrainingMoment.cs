using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources;

/// <summary>All that the next training steps depend on, copied: weights, moments and the loss scale, in the bits of their formats.</summary>
internal sealed class TrainingMoment : IDisposable
{
    private readonly TensorBuffer[] weights, moments;
    private readonly double scale;
    private readonly int scaleSteps;

    public TrainingMoment(long step, LanguageModel model, Optimizer optimizer, LossScaler scaler)
    {
        Step = step;
        weights = model.Slabs.CopyValues();
        moments = [.. optimizer.State.Select(item => Copy(model.Slabs.Backend, item.Slab))];
        (scale, scaleSteps) = (scaler.Scale, scaler.Steps);
    }

    /// <summary>Updates that were done.</summary>
    public long Step { get; }

    public long Bytes => weights.Concat(moments).Sum(buffer => buffer.Bytes);

    /// <summary>Puts the state into a model and an optimizer of the same configuration.</summary>
    public void Restore(LanguageModel model, Optimizer optimizer, LossScaler scaler)
    {
        model.Slabs.RestoreValues(weights);
        for (int i = 0; i < moments.Length; i++) { model.Slabs.Backend.Copy(new View(moments[i], 0, moments[i].Length), optimizer.State[i].Slab); }
        scaler.Restore(scale, scaleSteps);
    }

    public void Dispose()
    {
        foreach (TensorBuffer buffer in weights.Concat(moments)) { buffer.Dispose(); }
    }

    private static TensorBuffer Copy(Backend backend, View slab)
    {
        TensorBuffer copy = backend.Allocate(slab.Length, slab.Buffer.Format);
        backend.Copy(slab, new View(copy, 0, copy.Length));
        return copy;
    }
}
