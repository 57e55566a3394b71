using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inference;

/// <summary>One generated token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">log p under the model's own distribution, before temperature and filters.</param>
/// <param name="Candidates">Tokens among which it was drawn.</param>
public readonly record struct GeneratedToken(int Id, double LogProbability, int Candidates);

/// <summary>Continues sequences of tokens. Knows nothing about text; see <see cref="TextGenerator"/>.</summary>
/// <remarks>Works on a model that is being trained, between its steps. Beyond the context, <see cref="ContextOverflow"/> says what happens.</remarks>
public sealed class Generator : IDisposable
{
    private readonly Decoder decoder;
    private readonly Sampler sampler;
    private readonly int drawn;
    private readonly List<int> held = [];

    /// <param name="backend">That of the model's weights.</param>
    /// <param name="tokens">Only ids below this are drawn, for a model whose vocabulary is padded beyond its tokenizer's; 0: all.</param>
    public Generator(LanguageModel model, Backend backend, int tokens = 0)
    {
        Model = model;
        decoder = new Decoder(model, backend);
        sampler = new Sampler(drawn = tokens > 0 ? Math.Min(tokens, model.VocabularySize) : model.VocabularySize);
    }

    public LanguageModel Model { get; }

    /// <summary>A prompt that begins like the last sequence is read only from where it differs: for a chat with weights that do not change.</summary>
    public bool ReusesPrefix { get; init; }

    /// <summary>Logits of the token that comes next.</summary>
    public ReadOnlySpan<float> Logits => decoder.Logits;

    /// <summary>Gives an encoder-decoder its source; the prompt of <see cref="Generate"/> is then the beginning of the target.</summary>
    public void SetSource(ReadOnlySpan<int> source)
    {
        decoder.SetSource(source);
        held.Clear();
    }

    /// <summary>Yields up to <see cref="SamplingOptions.MaxTokens"/> tokens after the prompt; ends before a stop token, and with <see cref="ContextOverflow.Stop"/> when the context is full.</summary>
    /// <remarks>A prompt longer than the context keeps its last tokens (<see cref="ContextOverflow.Slide"/>).</remarks>
    /// <exception cref="ArgumentException">The prompt is empty, has an id outside the vocabulary, or does not fit and may not slide; or an option is out of range.</exception>
    public IEnumerable<GeneratedToken> Generate(IReadOnlyList<int> prompt, SamplingOptions options)
    {
        options.Check();
        if (prompt.Count == 0) { throw new ArgumentException("generation: the prompt is empty; start with at least one token, such as the end of text."); }
        if (prompt.Count > decoder.Capacity && options.Overflow == ContextOverflow.Stop) { throw new ArgumentException($"generation: a prompt of {prompt.Count} tokens does not fit into the context of {decoder.Capacity}; shorten it, or let the context slide."); }
        return Continue(prompt, options);
    }

    private IEnumerable<GeneratedToken> Continue(IReadOnlyList<int> prompt, SamplingOptions options)
    {
        sampler.Restart();
        if (!ReusesPrefix) { held.Clear(); }
        Read([.. prompt.Skip(prompt.Count - decoder.Capacity)]);
        foreach (int token in prompt.Where(token => token < drawn)) { sampler.Note(token); }
        for (int i = 0; i < options.MaxTokens; i++)
        {
            int token = sampler.Sample(decoder.Logits[..drawn], options, i);
            if (options.StopTokens.Contains(token)) { yield break; }
            GeneratedToken generated = new(token, Sampler.LogProbability(decoder.Logits, token), sampler.Candidates);
            sampler.Note(token);
            yield return generated;
            if (i + 1 == options.MaxTokens) { yield break; }
            if (decoder.Length == decoder.Capacity && options.Overflow == ContextOverflow.Stop) { yield break; }
            Advance(token);
        }
    }

    /// <summary>Brings the cache to hold exactly this sequence, reading only what is new.</summary>
    private void Read(int[] tokens)
    {
        int common = 0;
        while (common < held.Count && common < tokens.Length - 1 && held[common] == tokens[common]) { common++; }
        held.RemoveRange(common, held.Count - common);
        decoder.Truncate(common);
        decoder.Append(tokens.AsSpan(common));
        held.AddRange(tokens[common..]);
    }

    private void Advance(int token)
    {
        if (decoder.Length == decoder.Capacity)
        {
            int keep = Math.Max(1, decoder.Capacity / 2);
            held.Add(token);
            Read([.. held.Skip(held.Count - keep)]);
            return;
        }
        decoder.Append(token);
        held.Add(token);
    }

    public void Dispose() => decoder.Dispose();
}
