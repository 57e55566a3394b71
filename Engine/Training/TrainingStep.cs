using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>One step in two halves: the gradient of the mean loss over all micro-batches, then the update; between them a break rule may stop it.</summary>
/// <remarks>A device is only sent for the halves; whoever needs the loss or the norm between them waits, and whoever does not takes them when the next step is queued. Both halves are functions of (weights, moments, seed, step) alone and allocate nothing once warm.</remarks>
internal sealed class TrainingStep : IDisposable
{
    private readonly Backend backend;
    private readonly LanguageModel model;
    private readonly Optimizer optimizer;
    private readonly GradientNorm norm;
    private readonly double clip;
    private readonly ulong seed;
    private readonly TensorBuffer scalars;
    private readonly View factor;
    private readonly Readback[] readbacks; // of even steps and of odd ones: one is read while the next is computed
    private int newest;

    /// <param name="backend">Where the model lives.</param>
    /// <param name="model">Allocated for training.</param>
    /// <param name="source">The training batches.</param>
    /// <param name="optimizer">Of the model's slabs.</param>
    /// <param name="clip">Largest allowed gradient norm; 0 is off.</param>
    /// <param name="seed">Decides the dropout masks.</param>
    /// <param name="pairs">How an encoder-decoder reads a window.</param>
    /// <param name="memory">How the tape saves memory.</param>
    /// <param name="lossScale">Factor of the gradients in the slab; 1 by default.</param>
    public TrainingStep(Backend backend, LanguageModel model, BatchSource source, Optimizer optimizer, double clip, ulong seed, PairShape? pairs = null, TapeMemory? memory = null, LossScale? lossScale = null)
    {
        (this.backend, this.model, this.optimizer, this.clip, this.seed) = (backend, model, optimizer, clip, seed);
        Batches = new StepBatches(backend, source, pairs);
        Tape = new Tape(backend, memory: memory ?? new TapeMemory());
        norm = new GradientNorm(backend, model.Slabs);
        int numbers = Batches.Count + norm.Parts;
        scalars = backend.Allocate(numbers + 1);
        factor = new View(scalars, numbers, 1);
        readbacks = [backend.CreateReadback(numbers), backend.CreateReadback(numbers)];
        LossScaler = new LossScaler(lossScale ?? LossScale.None);
    }

    public StepBatches Batches { get; }

    /// <summary>The last micro-batch's operations.</summary>
    public Tape Tape { get; }

    /// <summary>The factor of the gradients in the slab; 1 unless they are kept in float16.</summary>
    public LossScaler LossScaler { get; }

    /// <summary>Whether the numbers of the step that was queued last are here.</summary>
    public bool HasArrived => readbacks[newest].HasArrived;

    /// <summary>Leaves the gradient of step <paramref name="step"/>, from 0, in the slab; gives the mean loss and the gradient's norm.</summary>
    public (double Loss, double Norm) Measure(long step)
    {
        Queue(step);
        return Take(step);
    }

    /// <summary>Sends for the gradient of a step and for what is known of it; does not wait for either.</summary>
    public void Queue(long step)
    {
        Batches.Read(step);
        Compute(step);
    }

    /// <summary>The mean loss of a step and the norm of its gradient; waits for them. Not later than the next step is queued, and before the update where the loss scale changes by itself.</summary>
    public (double Loss, double Norm) Take(long step)
    {
        while (true)
        {
            ReadOnlySpan<float> read = readbacks[(int)(step & 1)].Take();
            double total = 0, length = GradientNorm.Of(read[Batches.Count..]) / LossScaler.Scale;
            foreach (float loss in read[..Batches.Count]) { total += loss; }
            if (LossScaler.Accepts(total, length)) { return (total, length); }
            Compute(step);
        }
    }

    /// <summary>The forward pass of one micro-batch of the step that was read last.</summary>
    public Tensor Forward(long step, int microBatch)
    {
        Tape.Reset();
        model.SetRandomness(seed, step, microBatch);
        return model.Loss(Tape, Batches.Load(microBatch));
    }

    /// <summary>Moves the weights against the gradient in the slab, clipped where it lies: the host need not know its norm.</summary>
    public void Update(long step, double learningRate)
    {
        backend.ClipFactor(new View(scalars, Batches.Count, norm.Parts), factor, clip, LossScaler.Scale);
        optimizer.Step(step + 1, learningRate, GradientScale.Of(factor));
        LossScaler.Advance();
    }

    /// <summary>Queues forward, backward, the sums of squares, and the way of the numbers to the host.</summary>
    private void Compute(long step)
    {
        model.Slabs.SetRandomness(seed, step);
        for (int i = 0; i < Batches.Count; i++)
        {
            Tensor loss = Forward(step, i);
            model.Backward(Tape, loss, adds: i > 0, (float)LossScaler.Scale);
            backend.Copy(loss.Data, new View(scalars, i, 1)); // after, for it comes with its gradient
        }
        norm.Queue(new View(scalars, Batches.Count, norm.Parts));
        newest = (int)(step & 1);
        readbacks[newest].Queue(new View(scalars, 0, readbacks[newest].Length));
    }

    public void Dispose()
    {
        Tape.Dispose();
        norm.Dispose();
        Array.ForEach(readbacks, readback => readback.Dispose());
        scalars.Dispose();
        Batches.Dispose();
    }
}
