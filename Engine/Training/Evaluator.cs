using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>The mean loss over held-out windows, without gradients and without dropout.</summary>
internal sealed class Evaluator : IDisposable
{
    private readonly Backend backend;
    private readonly LanguageModel model;
    private readonly Tape tape;
    private readonly WindowLoader loader;
    private readonly int[] inputs, targets;

    /// <param name="backend">Where the model lives.</param>
    /// <param name="model">What is evaluated.</param>
    /// <param name="rows">Windows of a batch.</param>
    /// <param name="context">Tokens of a window.</param>
    /// <param name="pairs">How an encoder-decoder reads a window.</param>
    public Evaluator(Backend backend, LanguageModel model, int rows, int context, PairShape? pairs = null)
    {
        (this.backend, this.model) = (backend, model);
        tape = new Tape(backend, records: false, new TapeMemory());
        loader = new WindowLoader(backend, rows, context, pairs);
        (inputs, targets) = (new int[rows * context], new int[rows * context]);
    }

    /// <summary>Mean loss in nats per counted target: every target weighs the same, whatever batch it is in.</summary>
    public double Loss(EvaluationBatches batches)
    {
        double total = 0;
        long counted = 0;
        Span<float> value = stackalloc float[1];
        for (int i = 0; i < batches.Count; i++)
        {
            batches.Fill(i, inputs, targets);
            ModelBatch batch = loader.Load(inputs, targets);
            batch.Targets.LossWeight = 1;
            tape.Reset();
            backend.Read(model.Loss(tape, batch).Data, value);
            total += value[0];
            counted += batch.Targets.Counted;
        }
        return total / counted;
    }

    public void Dispose()
    {
        tape.Dispose();
        loader.Dispose();
    }
}
