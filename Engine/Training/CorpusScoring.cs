using PureLlm.Engine.Data;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>Lets the model continue the scorer's prompts and counts what is right: a few prompts while training, many at the end.</summary>
/// <remarks>The prompts of a size are always the same, so that scores of different moments can be compared.</remarks>
internal sealed class CorpusScoring(ICorpusScorer scorer, TextTokenizer tokenizer, TextContinuation continueText, int context)
{
    private const ulong PromptSeed = 2024;

    private readonly Dictionary<ScoringSize, List<ScorePrompt>> prompts = [];

    /// <summary>Scores of this moment, in the scorer's order.</summary>
    public IReadOnlyList<CorpusScore> Measure(ScoringSize size, StopRequest? stop = null)
    {
        var texts = new List<ScoredText>();
        List<ScorePrompt> asked = Prompts(size);
        for (int i = 0; i < asked.Count && stop is not { IsRequested: true }; i++)
        {
            int tokens = asked[i].MaximumTokens(tokenizer, context);
            texts.Add(new ScoredText(asked[i], tokens == 0 ? "" : continueText(new ContinuationRequest(asked[i].Text, tokens, asked[i].Temperature, Seed: (ulong)i + 1))));
        }
        return scorer.Score(texts);
    }

    /// <summary>Tokens that a measurement writes at most: what it costs.</summary>
    public long Tokens(ScoringSize size) => Prompts(size).Sum(prompt => (long)prompt.MaximumTokens(tokenizer, context));

    private List<ScorePrompt> Prompts(ScoringSize size)
    {
        if (!prompts.TryGetValue(size, out List<ScorePrompt>? list))
        {
            list = [];
            foreach (string kind in scorer.Kinds)
            {
                bool isFree = scorer.Prompts(kind, 1, PromptSeed)[0].Expected is null;
                list.AddRange(scorer.Prompts(kind, isFree ? size.Texts : size.Questions, PromptSeed));
            }
            prompts[size] = list;
        }
        return list;
    }
}

/// <summary>How many prompts of a kind: free texts are long, questions are short.</summary>
internal readonly record struct ScoringSize(int Texts, int Questions)
{
    public static ScoringSize WhileTraining { get; } = new(4, 20);

    public static ScoringSize AtTheEnd { get; } = new(50, 200);
}
