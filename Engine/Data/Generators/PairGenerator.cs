using System.Text;

namespace PureLlm.Engine.Data.Generators;

/// <summary>What the right half of a pair is to the left one.</summary>
public enum PairTask
{
    /// <summary>dajfeced=acddeefj</summary>
    Sort,

    /// <summary>dajfeced=dajfeced</summary>
    Copy,

    /// <summary>dajfeced=decefjad</summary>
    Reverse,
}

/// <summary>Eight random letters, an equals sign, and the same letters sorted, copied or reversed.</summary>
/// <remarks>The letters are free (8 · ln 10 nats per document); the answer and the end are certain.</remarks>
public sealed class PairGenerator(PairTask task, int letters = 8, int alphabet = 10) : TextGenerator
{
    private readonly string[] _alphabet = [.. Enumerable.Range(0, alphabet).Select(i => ((char)('a' + i)).ToString())];

    public override string Name => task.ToString().ToLowerInvariant();

    public override int Version => 1;

    public override ICorpusScorer Scorer => new ExactScorer(this);

    public override void WriteDocument(DocumentWriter writer)
    {
        var question = new StringBuilder(letters);
        for (int i = 0; i < letters; i++)
        {
            question.Append(_alphabet[writer.Choose(_alphabet)]);
        }
        writer.Write("=" + Answer(question.ToString()));
        writer.End();
    }

    /// <summary>The right half for a left one.</summary>
    public string Answer(string question) => task switch
    {
        PairTask.Sort => string.Concat(question.Order()),
        PairTask.Reverse => string.Concat(question.Reverse()),
        _ => question,
    };

    /// <summary>Exact answers to questions that were never trained on (up to chance: there are 10⁸ of them).</summary>
    private sealed class ExactScorer(PairGenerator generator) : ICorpusScorer
    {
        public IReadOnlyList<string> Kinds => ["exact"];

        public IReadOnlyList<ScorePrompt> Prompts(string kind, int count, ulong seed)
        {
            if (kind != "exact")
            {
                throw new ArgumentException($"{generator.Name} has the prompts exact, not '{kind}'.", nameof(kind));
            }
            ulong stream = PromptSeed(seed, kind);
            var writer = new DocumentWriter();
            return [.. Enumerable.Range(0, count).Select(i =>
            {
                writer.Begin(stream, i);
                generator.WriteDocument(writer);
                string[] halves = Encoding.ASCII.GetString([.. writer.Text]).Split('=');
                return new ScorePrompt(kind, halves[0] + "=", halves[1], 0);
            })];
        }

        public IReadOnlyList<CorpusScore> Score(IReadOnlyList<ScoredText> texts) =>
            texts.Count == 0 ? [] : [new CorpusScore("exact", texts.Count(t => Answers.Matches(t.Continuation, t.Prompt.Expected!)), texts.Count)];
    }
}
