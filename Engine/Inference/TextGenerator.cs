using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Inference;

/// <summary>Why a text ended.</summary>
public enum StopReason { MaxTokens, EndOfText, StopToken, StopText, ContextFull, Interrupted }

/// <summary>A generated text.</summary>
/// <param name="Text">Without the prompt, and without what stopped it.</param>
/// <param name="Tokens">All tokens drawn, those of a stop text included.</param>
/// <param name="Reason">Why it ended.</param>
public sealed record GeneratedText(string Text, IReadOnlyList<GeneratedToken> Tokens, StopReason Reason);

/// <summary>Continues texts, piece by piece as they become certain: whole characters only, and never the beginning of a stop text.</summary>
public sealed class TextGenerator : IDisposable
{
    private readonly TextTokenizer tokenizer;

    /// <param name="backend">That of the model's weights.</param>
    /// <param name="reusesPrefix">See <see cref="Generator.ReusesPrefix"/>.</param>
    public TextGenerator(LanguageModel model, TextTokenizer tokenizer, Backend backend, bool reusesPrefix = false)
    {
        this.tokenizer = tokenizer;
        Tokens = new Generator(model, backend, tokenizer.VocabularySize) { ReusesPrefix = reusesPrefix };
    }

    /// <summary>The generator of tokens underneath.</summary>
    public Generator Tokens { get; }

    /// <summary>Continues a prompt; an empty one starts after the end of a text.</summary>
    /// <param name="onText">Gets each piece of text; return false to stop.</param>
    /// <param name="onToken">Gets each token, before the text that it completes.</param>
    /// <exception cref="TokenizerException">The prompt holds something that the vocabulary cannot express.</exception>
    /// <exception cref="ArgumentException">The prompt is empty and the vocabulary has no end of text, or an option is out of range.</exception>
    public GeneratedText Complete(string prompt, SamplingOptions options, Func<string, bool>? onText = null, Action<GeneratedToken>? onToken = null)
    {
        int[] ids = tokenizer.Encode(prompt);
        if (ids.Length == 0) { ids = tokenizer.EndOfText is int end ? [end] : throw new ArgumentException($"generation: the prompt is empty, and the '{tokenizer.Kind}' tokenizer has no end of text to start from; write a prompt."); }
        return Complete(ids, options, onText, onToken);
    }

    /// <summary>Continues a prompt given as tokens.</summary>
    public GeneratedText Complete(IReadOnlyList<int> prompt, SamplingOptions options, Func<string, bool>? onText = null, Action<GeneratedToken>? onToken = null)
    {
        StreamingDecoder decoder = new(tokenizer);
        StopTexts text = new(options.Stop);
        List<GeneratedToken> tokens = [];
        SamplingOptions watched = options with { StopTokens = [] };
        int? end = options.IgnoreEndOfText ? null : tokenizer.EndOfText;
        StopReason? reason = null;
        foreach (GeneratedToken token in Tokens.Generate(prompt, watched))
        {
            if (token.Id == end) { reason = StopReason.EndOfText; }
            else if (options.StopTokens.Contains(token.Id)) { reason = StopReason.StopToken; }
            if (reason is not null) { break; }
            tokens.Add(token);
            onToken?.Invoke(token);
            string piece = text.Add(decoder.Next(token.Id));
            bool goesOn = piece.Length == 0 || onText?.Invoke(piece) != false;
            if (text.IsStopped) { reason = StopReason.StopText; }
            else if (!goesOn) { reason = StopReason.Interrupted; }
            if (reason is not null) { break; }
        }
        if (reason is not (StopReason.StopText or StopReason.Interrupted))
        {
            string rest = text.Add(decoder.Finish()) + text.Finish();
            if (rest.Length > 0) { onText?.Invoke(rest); }
            if (text.IsStopped) { reason = StopReason.StopText; }
        }
        return new GeneratedText(text.Shown, tokens, reason ?? (tokens.Count < options.MaxTokens && options.Overflow == ContextOverflow.Stop ? StopReason.ContextFull : StopReason.MaxTokens));
    }

    public void Dispose() => Tokens.Dispose();
}
