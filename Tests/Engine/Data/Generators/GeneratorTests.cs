using System.Text;
using PureLlm.Engine.Data;
using PureLlm.Engine.Data.Generators;

namespace PureLlm.Tests.Engine.Data.Generators;

public class GeneratorTests
{
    private static readonly TextGenerator[] Small = [new PairGenerator(PairTask.Sort, letters: 3, alphabet: 4), new PairGenerator(PairTask.Reverse, letters: 3, alphabet: 4), new NameGenerator("bdk", 3)];

    /// <summary>Walks every path of choices of a generator: each document with the product of the weights that led to it.</summary>
    private static Dictionary<string, double> Enumerate(TextGenerator generator, List<(string Text, float[] Nats)>? documents = null)
    {
        Dictionary<string, double> probabilities = [];
        var writer = new DocumentWriter();
        List<int> path = [];
        for (bool more = true; more;)
        {
            int depth = 0;
            double probability = 1;
            List<int> widths = [];
            writer.Begin(weights =>
            {
                if (depth == path.Count)
                {
                    path.Add(0);
                }
                int chosen = path[depth++];
                widths.Add(weights.Count);
                probability *= weights[chosen] / weights.Sum();
                return chosen;
            });
            generator.WriteDocument(writer);
            string text = Encoding.ASCII.GetString([.. writer.Text]);
            probabilities[text] = probabilities.GetValueOrDefault(text) + probability;
            if (Math.Abs(Math.Exp(-writer.TotalNats) - probability) > 1e-12)
            {
                Assert.Fail($"{text}: the writer says {Math.Exp(-writer.TotalNats)}, its choices say {probability}");
            }
            documents?.Add((text, [.. writer.Nats]));
            while (path.Count > 0 && path[^1] == widths[path.Count - 1] - 1)
            {
                path.RemoveAt(path.Count - 1);
            }
            more = path.Count > 0;
            if (more)
            {
                path[^1]++;
            }
        }
        return probabilities;
    }

    [Test]
    public void The_probabilities_of_all_documents_sum_to_one([ValueSource(nameof(Small))] TextGenerator generator)
    {
        Dictionary<string, double> probabilities = Enumerate(generator);
        Assert.That(probabilities, Has.Count.GreaterThan(60));
        Assert.That(probabilities.Values.Sum(), Is.EqualTo(1).Within(1e-9));
    }

    [Test]
    public void Each_byte_has_the_probability_that_counting_all_documents_gives()
    {
        PairGenerator generator = new(PairTask.Sort, letters: 3, alphabet: 4);
        List<(string Text, float[] Nats)> documents = [];
        Dictionary<string, double> all = Enumerate(generator, documents);
        double WithPrefix(string prefix) => all.Where(d => d.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(d => d.Value);
        foreach ((string text, float[] nats) in documents)
        {
            Assert.That(nats, Has.Length.EqualTo(text.Length + 1));
            for (int i = 0; i < text.Length; i++)
            {
                Assert.That(Math.Exp(-nats[i]), Is.EqualTo(WithPrefix(text[..(i + 1)]) / WithPrefix(text[..i])).Within(1e-6), $"'{text[i]}' in {text}");
            }
        }
    }

    [Test]
    public void Texts_that_share_a_beginning_share_its_probability()
    {
        var writer = new DocumentWriter();
        writer.Begin(_ => 1);
        writer.Choose(["cat", "cow", "dog", "duck"], [1, 1, 1, 5]);
        Assert.That(writer.Nats.Select(n => Math.Exp(-n)), Is.EqualTo(new[] { 0.25, 0.5, 1 }).Within(1e-6));
        writer.Begin(_ => 2);
        writer.Choose(["", " Q: who", " Q: which"], [0.5, 0.25, 0.25]);
        Assert.That(writer.Nats.Select(n => Math.Exp(-n)), Is.EqualTo(new[] { 0.5, 1, 1, 1, 1, 1, 0.5, 1, 1 }).Within(1e-6));
    }

    [Test]
    public void The_empirical_entropy_of_many_names_meets_the_stated_one()
    {
        NameGenerator generator = new("bdk", 3);
        Documents names = generator.Generate(3, 300_000, withNats: true);
        Dictionary<string, double> exact = Enumerate(generator);
        double entropy = exact.Values.Sum(p => -p * Math.Log(p));
        double mean = Enumerable.Range(0, names.Count).Average(i => names.NatsOf(i).ToArray().Sum(n => (double)n));
        Assert.That(mean, Is.EqualTo(entropy).Within(0.03), "the mean of −ln p over a sample of some 55,000 documents");
        Dictionary<string, int> counts = names.All().Select(d => Encoding.ASCII.GetString(d.Span)).GroupBy(n => n).ToDictionary(g => g.Key, g => g.Count());
        foreach ((string name, double p) in exact.OrderByDescending(e => e.Value).Take(20))
        {
            double expected = p * names.Count;
            Assert.That(counts.GetValueOrDefault(name), Is.EqualTo(expected).Within(5 * Math.Sqrt(expected)), name);
        }
        Assert.That(counts.Keys, Has.All.Matches<string>(n => exact.ContainsKey(n!)));
        Assert.That(counts.Keys, Has.All.Matches<string>(n => generator.IsName(n!)));
    }

    [Test]
    public void Sorted_letters_are_the_same_letters_in_order()
    {
        Documents documents = new PairGenerator(PairTask.Sort).Generate(1, 2_000, withNats: false);
        foreach (ReadOnlyMemory<byte> document in documents.All())
        {
            string[] halves = Encoding.ASCII.GetString(document.Span).Split('=');
            Assert.That(halves[0], Has.Length.EqualTo(8).And.All.InRange('a', 'j'));
            Assert.That(halves[1], Is.EqualTo(string.Concat(halves[0].Order())));
        }
    }

    [Test]
    public void Exact_answers_are_scored_exactly()
    {
        ICorpusScorer scorer = new PairGenerator(PairTask.Sort).Scorer;
        IReadOnlyList<ScorePrompt> prompts = scorer.Prompts("exact", 4, 9);
        Assert.That(prompts, Is.EqualTo(scorer.Prompts("exact", 4, 9)).And.Not.EqualTo(scorer.Prompts("exact", 4, 8)));
        ScoredText[] texts =
        [
            new(prompts[0], prompts[0].Expected! + "<|endoftext|>abc"),
            new(prompts[1], prompts[1].Expected! + "j"),
            new(prompts[2], prompts[2].Expected![..^1]),
            new(prompts[3], prompts[3].Expected!),
        ];
        Assert.That(scorer.Score(texts), Is.EqualTo(new[] { new CorpusScore("exact", 2, 4) }));
    }

    [Test]
    public void Held_out_documents_come_from_another_stream()
    {
        Corpus corpus = new PairGenerator(PairTask.Sort).Corpus(5, 100_000, 0.1);
        HashSet<string> train = [.. corpus.Train.All().Select(d => Encoding.ASCII.GetString(d.Span))];
        Assert.That(corpus.Validation.All().Count(d => train.Contains(Encoding.ASCII.GetString(d.Span))), Is.LessThan(5));
        Assert.That(corpus.Validation.Bytes, Is.InRange(10_000, 10_050));
        Assert.That(corpus.Validation.HasNats, Is.True);
    }

    [Test]
    public void A_size_that_cannot_be_made_is_refused() =>
        Assert.That(Assert.Throws<DataException>(() => new NameGenerator().Generate(1, 0, false))!.Code, Is.EqualTo("D005"));
}
