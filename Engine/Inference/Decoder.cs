using PureLlm.Autograd;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inference;

/// <summary>Runs a model over one growing sequence with a key-value cache: read a prompt, add a token, take some back.</summary>
/// <remarks>The logits are those of running the whole sequence at once, bit for bit. A warmed <see cref="Append(int)"/> allocates nothing.
/// Works on a model in training, between its steps. Not thread-safe.</remarks>
public sealed class Decoder : IDisposable
{
    /// <summary>Tokens of a prompt that are read at once.</summary>
    internal const int ChunkTokens = 256;

    private readonly LanguageModel model;
    private readonly Backend backend;
    private readonly DecoderCache cache;
    private readonly Tape chunks, steps;
    private readonly ModelBatch step;
    private readonly TensorBuffer lastBuffer;
    private readonly Tensor last;
    private readonly float[] logits;
    private readonly int[] one = new int[1];
    private readonly Dictionary<int, ModelBatch> batches = [];
    private readonly Tensor[] memory;
    private Tape? encoding;
    private ModelBatch? source;

    /// <param name="backend">That of the model's weights.</param>
    public Decoder(LanguageModel model, Backend backend)
    {
        (this.model, this.backend) = (model, backend);
        cache = new DecoderCache(backend, model.Config);
        chunks = new Tape(backend, records: false);
        steps = new Tape(backend, records: false);
        step = new ModelBatch(backend, 1, 1);
        lastBuffer = backend.Allocate(model.Config.Width);
        last = new Tensor("last", new Shape(1, 1, model.Config.Width), new View(lastBuffer, 0, model.Config.Width));
        logits = new float[model.VocabularySize];
        memory = model is EncoderDecoder ? new Tensor[model.Config.Layers] : [];
    }

    /// <summary>Positions that fit: the model's context.</summary>
    public int Capacity => cache.Capacity;

    /// <summary>Tokens read so far.</summary>
    public int Length => cache.Length;

    /// <summary>Logits [V] of the token after the last one read.</summary>
    public ReadOnlySpan<float> Logits => logits;

    /// <summary>Gives an encoder-decoder its source, and starts the target anew.</summary>
    /// <exception cref="InvalidOperationException">The model has no encoder.</exception>
    public void SetSource(ReadOnlySpan<int> tokens)
    {
        if (model is not EncoderDecoder encoderDecoder) { throw new InvalidOperationException("generation: this model has no encoder; give it a prompt instead of a source."); }
        Require(tokens);
        if (tokens.IsEmpty || tokens.Length > Capacity) { throw new ArgumentException($"generation: a source of {tokens.Length} tokens; it must be 1 to {Capacity} (the context)."); }
        if (source?.Source!.Time != tokens.Length)
        {
            source?.Dispose();
            source = new ModelBatch(backend, 1, 1, tokens.Length);
        }
        source.Source!.Set(tokens);
        encoding ??= new Tape(backend, records: false);
        encoding.Reset();
        encoderDecoder.Encode(encoding, source, memory);
        Truncate(0);
    }

    /// <summary>Reads tokens after those already read; <see cref="Logits"/> are then those after the last one.</summary>
    /// <exception cref="ArgumentException">No tokens, more than fit, or an id outside the vocabulary.</exception>
    public void Append(ReadOnlySpan<int> tokens)
    {
        Require(tokens);
        if (tokens.IsEmpty) { throw new ArgumentException("generation: there are no tokens to read; start with at least one."); }
        if (Length + tokens.Length > Capacity) { throw new ArgumentException($"generation: {Length} + {tokens.Length} tokens do not fit into the context of {Capacity}."); }
        while (tokens.Length > 1)
        {
            int count = Math.Min(ChunkTokens, tokens.Length);
            if (!batches.TryGetValue(count, out ModelBatch? batch)) { batches[count] = batch = new ModelBatch(backend, 1, count); }
            Run(chunks, batch, tokens[..count]);
            tokens = tokens[count..];
        }
        if (tokens.Length == 1) { Run(steps, step, tokens); }
    }

    /// <summary>Reads one token.</summary>
    public void Append(int token)
    {
        one[0] = token;
        Append(one);
    }

    /// <summary>Forgets the tokens from <paramref name="length"/> on; <see cref="Logits"/> are stale until the next token is read.</summary>
    public void Truncate(int length) => cache.Truncate(length);

    public void Dispose()
    {
        chunks.Dispose();
        steps.Dispose();
        encoding?.Dispose();
        step.Dispose();
        source?.Dispose();
        foreach (ModelBatch batch in batches.Values) { batch.Dispose(); }
        lastBuffer.Dispose();
        cache.Dispose();
    }

    private void Run(Tape tape, ModelBatch batch, ReadOnlySpan<int> tokens)
    {
        batch.Inputs.Set(tokens);
        tape.Reset();
        model.Use(cache);
        try
        {
            Tensor hidden = model is EncoderDecoder encoderDecoder ? encoderDecoder.Decode(tape, batch, Memory()) : model.Hidden(tape, batch);
            int width = model.Config.Width;
            backend.Copy(hidden.Data.Slice(hidden.Data.Length - width, width), last.Data);
        }
        finally
        {
            model.Use(null);
        }
        backend.Read(model.Project(tape, last).Data, logits);
    }

    private ReadOnlySpan<Tensor> Memory() => source is not null ? memory : throw new InvalidOperationException("generation: an encoder-decoder needs a source before it can write.");

    private void Require(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)model.VocabularySize) { throw new ArgumentException($"generation: token {token} is outside the vocabulary of {model.VocabularySize}; it was made with another tokenizer."); }
        }
    }
}
