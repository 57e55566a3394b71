using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>A model of the next token: from ids [B, T] to hidden states, logits [B, T, V] or their loss.</summary>
/// <remarks>Described without memory by <see cref="Create"/>; usable after <see cref="Allocate"/>. Not thread-safe.
/// Knows nothing about text: tokens come in as ids.</remarks>
public abstract class LanguageModel : Module, IDisposable
{
    private readonly MatMul project = new();
    private readonly PositionTable? sinusoids, angles;
    private DropoutLayer[] dropouts = [];
    private ParameterSlabs? slabs;

    private protected LanguageModel(ModelConfig config, int vocabularySize) : base("")
    {
        ModelChecks.Require(config, vocabularySize);
        (Config, VocabularySize) = (config.Resolve(), vocabularySize);
        Initializers = new Initializers(Config, vocabularySize);
        (sinusoids, angles) = (PositionTable.Sinusoids(Config), PositionTable.Rotary(Config));
        Embedding = AddParameter("embedding.weight", new Shape(vocabularySize, Config.Width), Initializers.Embedding);
    }

    public ModelConfig Config { get; }

    /// <summary>V: ids are in [0, V).</summary>
    public int VocabularySize { get; }

    /// <summary>The token embedding [V, C].</summary>
    public Parameter Embedding { get; }

    /// <summary>The output projection [V, C]: the embedding itself where the model ties them.</summary>
    public Parameter Head { get; private set; } = null!;

    /// <summary>Learned numbers; a tied head counts once.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Shape.Length);

    /// <summary>The memory of the parameters.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Allocate"/> was not called.</exception>
    public ParameterSlabs Slabs => slabs ?? throw new InvalidOperationException("The model has no memory yet; call Allocate first.");

    private protected Initializers Initializers { get; }

    /// <summary>The decoder, whose hidden states become logits.</summary>
    private protected abstract Stack Decoder { get; }

    /// <summary>Describes a model; no memory is taken for its parameters.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together; the message names the key.</exception>
    public static LanguageModel Create(ModelConfig config, int vocabularySize) =>
        config.IsEncoderDecoder ? new EncoderDecoder(config, vocabularySize) : new Transformer(config, vocabularySize);

    /// <summary>Takes memory and draws the initial weights from the seed.</summary>
    /// <param name="training">Also gradients; without, the model only evaluates.</param>
    /// <param name="formats">How matrices and their gradients are kept.</param>
    public void Allocate(Backend backend, ulong seed, bool training, SlabFormats formats = default)
    {
        AllocateEmpty(backend, training, formats);
        Slabs.Initialize(seed);
    }

    /// <summary>Takes memory and leaves the weights 0, for them to be loaded.</summary>
    public void AllocateEmpty(Backend backend, bool training, SlabFormats formats = default)
    {
        slabs?.Dispose();
        slabs = new ParameterSlabs(backend, Parameters, training, formats);
        sinusoids?.Allocate(backend);
        angles?.Allocate(backend);
        dropouts = [.. Descendants<DropoutLayer>()];
    }

    /// <summary>The mean loss in nats per counted target: a scalar, weighted by <see cref="Tokens.LossWeight"/> of the targets.</summary>
    public Tensor Loss(Tape tape, ModelBatch batch)
    {
        Tensor hidden = Hidden(tape, batch);
        tape.Scope = "head";
        return tape.Apply(batch.HeadLoss, hidden, Head.Tensor);
    }

    /// <summary>Back-propagates from what <see cref="Loss"/> gave on a tape.</summary>
    /// <param name="adds">Adds to the gradients of the parameters; otherwise they are overwritten, and 0 where the loss does not depend on one.</param>
    /// <param name="scale">Factor of the loss and of every gradient.</param>
    public void Backward(Tape tape, Tensor loss, bool adds = false, float scale = 1f)
    {
        tape.Backward(loss, scale, isFresh: !adds);
        for (int i = 0; !adds && i < Slabs.Parameters.Count; i++)
        {
            Tensor parameter = Slabs.Parameters[i].Tensor;
            if (!tape.HasTouched(parameter)) { Slabs.Backend.Fill(parameter.Grad, 0f); }
        }
    }

    /// <summary>The logits [B, T, V].</summary>
    public Tensor Logits(Tape tape, ModelBatch batch) => Project(tape, Hidden(tape, batch));

    /// <summary>Hidden states [B, T, C], ready for the head.</summary>
    public abstract Tensor Hidden(Tape tape, ModelBatch batch);

    /// <summary>Logits of hidden states: [.., C] to [.., V].</summary>
    public Tensor Project(Tape tape, Tensor hidden)
    {
        tape.Scope = "head";
        return tape.Apply(project, hidden, Head.Tensor);
    }

    /// <summary>Chooses the dropout masks of the next forward pass; the same three numbers give the same masks.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="step">From 0.</param>
    /// <param name="microBatch">Of the step, from 0.</param>
    /// <param name="keepsEarlier">Operations that were applied before keep their masks: for a tape with several micro-batches.</param>
    public void SetRandomness(ulong seed, long step, int microBatch, bool keepsEarlier = false)
    {
        foreach (DropoutLayer dropout in dropouts) { dropout.SetRandomness(seed, step, microBatch, keepsEarlier); }
    }

    /// <summary>The following evaluations continue after the positions in the cache and append to it; null: they start at position 0 again.</summary>
    internal void Use(DecoderCache? cache) => Decoder.Use(cache);

    private protected Stack Stack(string path, BlockKind kind) =>
        new(path, Config, Initializers, Embedding, sinusoids, angles, kind);

    private protected void AddHead() =>
        Head = Config.Tie ? Embedding : AddParameter("head.weight", new Shape(VocabularySize, Config.Width), Initializers.Head);

    public void Dispose()
    {
        slabs?.Dispose();
        sinusoids?.Dispose();
        angles?.Dispose();
    }
}
