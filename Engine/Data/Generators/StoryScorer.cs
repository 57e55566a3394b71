using System.Text.RegularExpressions;

namespace PureLlm.Engine.Data.Generators;

/// <summary>What can be known about stories: are the sentences right, is the hero's name kept, does the thing keep its colour, are questions answered.</summary>
/// <remarks>
/// grammar: sentences that the grammar can produce, of all whole sentences of the free stories.
/// names: free stories that name a hero at least twice and never name another.
/// object: of the free stories that mention a coloured thing at least twice, those where it is always the same.
/// who, animal: questions whose answer is exactly right.
/// </remarks>
public sealed partial class StoryScorer : ICorpusScorer
{
    /// <summary>The pinned beginning of free stories.</summary>
    public const string Opening = "Once upon a time";

    private static readonly Regex Names = Words([.. StoryGrammar.BoyNames, .. StoryGrammar.GirlNames]);
    private static readonly Regex Things = new($@"\b({Any(StoryGrammar.Slots["colour"])}) ({Any(StoryGrammar.Slots["object"])})\b");
    private readonly SentenceRecogniser _sentences = new();

    public IReadOnlyList<string> Kinds => ["story", "who", "animal"];

    public IReadOnlyList<ScorePrompt> Prompts(string kind, int count, ulong seed)
    {
        ulong stream = TextGenerator.PromptSeed(seed, kind);
        return kind switch
        {
            "story" => [.. Enumerable.Repeat(new ScorePrompt(kind, Opening, null, 0.8f), count)],
            "who" => [.. Stories(stream, count).Select(s => new ScorePrompt(kind, s.Text + StoryGrammar.Who, " " + s.Hero, 0))],
            "animal" => [.. Stories(stream, count).Select(s => new ScorePrompt(kind, s.Text + StoryGrammar.WhichAnimal, " " + s.Animal, 0))],
            _ => throw new ArgumentException($"stories have the prompts {string.Join(", ", Kinds)}, not '{kind}'.", nameof(kind)),
        };
    }

    public IReadOnlyList<CorpusScore> Score(IReadOnlyList<ScoredText> texts)
    {
        List<(string Text, bool HasEnded)> free = [.. texts.Where(t => t.Prompt.Kind == "story").Select(t => StoryOf(t.Prompt.Text + t.Continuation))];
        List<string> stories = [.. free.Select(s => s.Text)];
        List<CorpusScore> scores = [];
        if (stories.Count > 0)
        {
            List<(int Right, int All)> sentences = [.. free.Select(s => _sentences.Count(s.Text, s.HasEnded))];
            List<string[]> things = [.. stories.Select(s => Things.Matches(s).Select(m => m.Value).ToArray()).Where(t => t.Length > 1)];
            scores.Add(new CorpusScore("grammar", sentences.Sum(s => s.Right), sentences.Sum(s => s.All)));
            scores.Add(new CorpusScore("names", stories.Count(KeepsName), stories.Count));
            scores.Add(new CorpusScore("object", things.Count(t => t.Distinct().Count() == 1), things.Count));
        }
        foreach (string kind in Kinds.Skip(1))
        {
            List<ScoredText> answers = [.. texts.Where(t => t.Prompt.Kind == kind)];
            if (answers.Count > 0)
            {
                scores.Add(new CorpusScore(kind, answers.Count(a => Answers.Matches(a.Continuation, a.Prompt.Expected!)), answers.Count));
            }
        }
        return scores;
    }

    /// <summary>The story alone, without a question or what follows its end, and whether it came to an end.</summary>
    private static (string Text, bool HasEnded) StoryOf(string text)
    {
        string story = Answers.BeforeEnd(text);
        int question = story.IndexOf(" Q:", StringComparison.Ordinal);
        return question < 0 ? (story, story.Length < text.Length) : (story[..question], true);
    }

    private static bool KeepsName(string story)
    {
        List<string> names = [.. Names.Matches(story).Select(m => m.Value)];
        return names.Count > 1 && names.Distinct().Count() == 1;
    }

    private static IEnumerable<(string Text, string Hero, string Animal)> Stories(ulong seed, int count) =>
        Enumerable.Range(0, count).Select(i => StoryGenerator.Plain(seed, i));

    private static Regex Words(string[] words) => new($@"\b({Any(words)})\b");

    private static string Any(IEnumerable<string> words) => string.Join('|', words.Select(Regex.Escape));
}
