using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>The micro-batches of one step: read together, so that each token weighs 1 / (counted tokens of the whole step), then loaded one by one.</summary>
internal sealed class StepBatches : IDisposable
{
    private readonly BatchSource source;
    private readonly WindowLoader loader;
    private readonly int[] inputs, targets;
    private readonly int size;

    public StepBatches(Backend backend, BatchSource source, PairShape? pairs = null)
    {
        this.source = source;
        size = source.Rows * source.Context;
        loader = new WindowLoader(backend, source.Rows, source.Context, pairs);
        inputs = new int[size * source.MicroBatches];
        targets = new int[inputs.Length];
    }

    /// <summary>Micro-batches of a step.</summary>
    public int Count => source.MicroBatches;

    /// <summary>Windows of a step.</summary>
    public int Windows => source.MicroBatches * source.Rows;

    /// <summary>Targets of the step that count, over all its micro-batches.</summary>
    public int Counted { get; private set; }

    /// <summary>Reads all micro-batches of a step, from 0.</summary>
    public void Read(long step)
    {
        Counted = 0;
        for (int i = 0; i < Count; i++)
        {
            Span<int> target = targets.AsSpan(i * size, size);
            source.Fill(step, i, inputs.AsSpan(i * size, size), target);
            Counted += loader.Count(target);
        }
    }

    /// <summary>Puts one micro-batch on the device.</summary>
    public ModelBatch Load(int microBatch)
    {
        ModelBatch batch = loader.Load(inputs.AsSpan(microBatch * size, size), targets.AsSpan(microBatch * size, size));
        batch.Targets.LossWeight = Counted == 0 ? 0f : 1f / Counted;
        return batch;
    }

    public void Dispose() => loader.Dispose();
}
