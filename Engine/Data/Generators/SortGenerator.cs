using System.Text;

namespace PureLlm.Engine.Data.Generators;

/// <summary>Eight random letters, and the same letters in another order: sorted ("dajfeced=acddeefj") or copied.</summary>
/// <remarks>The letters are free (8 · ln 10 nats per document); the answer and the end are certain.</remarks>
public sealed class SortGenerator(bool sorted, int letters = 8, int alphabet = 10) : TextGenerator
{
    private readonly string[] _alphabet = [.. Enumerable.Range(0, alphabet).Select(i => ((char)('a' + i)).ToString())];

    public override string Name => sorted ? "sort" : "copy";

    public override int Version => 1;

    public override ICorpusScorer Scorer => new ExactScorer(this);

    public override void WriteDocument(DocumentWriter writer)
    {
        var question = new StringBuilder(letters);
        for (int i = 0; i < letters; i++)
        {
            question.Append(_alphabet[writer.Choose(_alphabet)]);
        }
        writer.Write("=" + (sorted ? string.Concat(question.ToString().Order()) : question.ToString()));
        writer.End();
    }

    /// <summary>Exact answers to questions that were never trained on (up to chance: there are 10⁸ of them).</summary>
    private sealed class ExactScorer(SortGenerator generator) : ICorpusScorer
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
