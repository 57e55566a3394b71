using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>The tokens of one micro-batch on the device, rewritten in place, with the operations that read them.</summary>
/// <remarks>One batch serves one purpose (training, evaluation, generation), so that its tape repeats itself and a step allocates nothing.</remarks>
public sealed class ModelBatch : IDisposable
{
    /// <param name="backend">Where the tokens live.</param>
    /// <param name="batch">Sequences (B).</param>
    /// <param name="time">Tokens of a sequence (T).</param>
    /// <param name="sourceTime">Tokens of a source sequence, for an encoder-decoder; 0: no source.</param>
    public ModelBatch(Backend backend, int batch, int time, int sourceTime = 0)
    {
        Inputs = new Tokens(backend, batch, time);
        Targets = new Tokens(backend, batch, time);
        Source = sourceTime > 0 ? new Tokens(backend, batch, sourceTime) : null;
        InputEmbedding = new Embedding(Inputs);
        SourceEmbedding = Source is null ? null : new Embedding(Source);
        HeadLoss = new LinearCrossEntropy(Targets);
    }

    /// <summary>What the decoder reads [B, T].</summary>
    public Tokens Inputs { get; }

    /// <summary>What it should say [B, T]: usually the inputs one token later.</summary>
    public Tokens Targets { get; }

    /// <summary>What the encoder reads [B, S]; all sources of a batch have the same length, for nothing is masked.</summary>
    public Tokens? Source { get; }

    internal Embedding InputEmbedding { get; }

    internal Embedding? SourceEmbedding { get; }

    internal LinearCrossEntropy HeadLoss { get; }

    public void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
        Source?.Dispose();
    }
}
