using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Data;

/// <summary>Something to let the model continue, and what the continuation should be.</summary>
/// <param name="Kind">The kind of prompt, one of <see cref="ICorpusScorer.Kinds"/>.</param>
/// <param name="Text">The text to continue.</param>
/// <param name="Expected">The only right continuation, or null where any good text will do.</param>
/// <param name="Temperature">0 for the likeliest token each time.</param>
public sealed record ScorePrompt(string Kind, string Text, string? Expected, float Temperature)
{
    /// <summary>How many tokens to generate at most: enough for the expected answer and the end after it, or all that fit.</summary>
    public int MaximumTokens(TextTokenizer tokenizer, int context)
    {
        int room = context - tokenizer.Encode(Text).Length;
        return Math.Max(0, Expected is null ? room : Math.Min(room, tokenizer.Encode(Expected).Length + 1));
    }
}

/// <summary>What the model made of a prompt: only the new text, ended by the end of text, by the token limit, or by the caller.</summary>
public sealed record ScoredText(ScorePrompt Prompt, string Continuation);

/// <summary>One measure: how many of how many were right.</summary>
public readonly record struct CorpusScore(string Name, int Passed, int Total)
{
    /// <summary>Passed ÷ Total, NaN where nothing was counted.</summary>
    public double Share => Total == 0 ? double.NaN : (double)Passed / Total;

    public override string ToString() => Total == 0 ? $"{Name} –" : FormattableString.Invariant($"{Name} {100 * Share:0.#} % ({Passed}/{Total})");
}

/// <summary>Measures what a generator can know about text that a model wrote in its manner.</summary>
/// <remarks>
/// Use: for each kind, take <see cref="Prompts"/>, generate, hand all continuations to <see cref="Score"/>. Prompts come from held-out
/// documents and are the same for the same seed, so scores of different moments can be compared.
/// </remarks>
public interface ICorpusScorer
{
    /// <summary>The kinds of prompts: for stories "story" (free text), "who" and "animal".</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary><paramref name="count"/> prompts of one kind, a pure function of (kind, count, seed).</summary>
    IReadOnlyList<ScorePrompt> Prompts(string kind, int count, ulong seed);

    /// <summary>The measures that these texts allow, in a fixed order: for stories grammar, names, object, who, animal.</summary>
    IReadOnlyList<CorpusScore> Score(IReadOnlyList<ScoredText> texts);
}

/// <summary>What scorers share.</summary>
internal static class Answers
{
    /// <summary>The text before an end-of-text mark, if there is one.</summary>
    public static string BeforeEnd(string text)
    {
        int end = text.IndexOf(TextTokenizer.EndOfTextMark, StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    /// <summary>True when the continuation is the expected text and then ends, or goes on with something that is not part of the same word.</summary>
    public static bool Matches(string continuation, string expected)
    {
        string text = BeforeEnd(continuation);
        return text.StartsWith(expected, StringComparison.Ordinal)
            && (text.Length == expected.Length || !Rune.IsLetterOrDigit(Rune.GetRuneAt(text, expected.Length)));
    }
}
