using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class UnigramTrainerTests
{
    private static readonly UnigramOptions Plain = new() { VocabularySize = 60, SpecialTokens = ["<unk>"], CharacterCoverage = 1, Threads = 1 };

    private static TrainedVocabulary Train(string text, UnigramOptions options) => UnigramTrainer.Train(TrainingCorpus.FromTexts([Encoding.UTF8.GetBytes(text)]), options);

    private static string[] Tokens(TrainedVocabulary trained) => [.. trained.Tokens.Select(Encoding.UTF8.GetString)];

    private static string Prose(int seed)
    {
        var random = new Random(seed);
        string[] stems = ["walk", "talk", "jump", "play", "wait", "日本", "𝐀𝐁"], endings = ["", "s", "ed", "ing", "er"];
        return string.Join(' ', Enumerable.Range(0, 400).Select(_ => stems[random.Next(stems.Length)] + endings[random.Next(endings.Length)]));
    }

    private static UnigramWords Words(string text)
    {
        var pieces = new PieceTable();
        new SentenceCutter().Count(Encoding.UTF8.GetBytes(text), pieces);
        return UnigramWords.From(pieces, 1);
    }

    [Test]
    public void Seeds_are_the_repeated_substrings_that_no_longer_one_covers([Range(1, 6)] int seed)
    {
        var random = new Random(seed);
        string text = string.Join(' ', Enumerable.Range(0, 60).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)('a' + random.Next(2)))])));
        UnigramWords words = Words(text);
        const int longest = 5;
        Dictionary<string, long> counts = [];
        Dictionary<string, HashSet<string>> followers = [];
        foreach ((string word, long count) in text.Split(' ').GroupBy(w => "▁" + w).Select(g => (g.Key, g.LongCount())))
        {
            for (int i = 0; i < word.Length; i++)
            {
                for (int n = 1; n <= Math.Min(longest, word.Length - i); n++)
                {
                    string part = word.Substring(i, n);
                    counts[part] = counts.GetValueOrDefault(part) + count;
                    followers.TryAdd(part, []);
                    followers[part].Add(i + n == word.Length ? word + i : word[i + n].ToString());
                    if (n == longest || i + n == word.Length)
                    {
                        followers[part].Add("end");
                    }
                }
            }
        }
        List<string> expected = [.. counts.Where(c => c.Key.Length > 1 && c.Value > 1 && (followers[c.Key].Count > 1)).Select(c => $"{c.Key} {c.Value * c.Key.Length}")];
        List<Substring> found = SubstringSeeds.Find(words, longest, int.MaxValue, Plain with { Threads = 2 });
        Assert.That(found.Where(s => s.Length > 1).Select(s => $"{Encoding.UTF8.GetString(words.Spell(words.Symbols.AsSpan(s.Start, s.Length)))} {s.Score}"), Is.EquivalentTo(expected));
        Assert.That(found.Where(s => s.Length == 1).Sum(s => s.Score), Is.EqualTo(words.TotalSymbols));
    }

    /// <summary>Every segmentation of a word with its tokens.</summary>
    private static IEnumerable<List<int>> Segmentations(int[] word, UnigramTokens tokens)
    {
        if (word.Length == 0)
        {
            yield return [];
        }
        for (int id = 0; id < tokens.Count; id++)
        {
            if (word.AsSpan().StartsWith(tokens[id]))
            {
                foreach (List<int> rest in Segmentations(word[tokens[id].Length..], tokens))
                {
                    yield return [id, .. rest];
                }
            }
        }
    }

    [TestCase("abab", 1)]
    [TestCase("aabbaab", 2)]
    [TestCase("bbbbbbbb", 3)]
    public void Expected_counts_are_those_of_all_segmentations_written_out(string text, int seed)
    {
        UnigramWords words = Words(text + " " + text + " ab ba");
        var random = new Random(seed);
        var tokens = new UnigramTokens(words, [.. SubstringSeeds.Find(words, 4, int.MaxValue, Plain).Select(s => s with { Score = Math.Log(random.NextDouble()) })]);
        int[] word = words[0].ToArray();
        var expected = new double[tokens.Count];
        List<List<int>> all = [.. Segmentations(word, tokens)];
        double z = all.Sum(path => Math.Exp(path.Sum(id => tokens.LogProbabilities[id])));
        foreach (List<int> path in all)
        {
            foreach (int id in path)
            {
                expected[id] += Math.Exp(path.Sum(p => tokens.LogProbabilities[p])) / z;
            }
        }
        var lattice = new UnigramLattice(64);
        lattice.Use(tokens, -1);
        var sums = new long[tokens.Count];
        Assert.That(lattice.Expect(word, 1L << 40, sums), Is.EqualTo(Math.Log(z)).Within(1e-9));
        Assert.That(sums.Select(s => s / (double)(1L << 40)), Is.EqualTo(expected).Within(1e-9));
        List<int> best = [];
        double log = lattice.Best(word, best);
        Assert.That(log, Is.EqualTo(all.Max(path => path.Sum(id => tokens.LogProbabilities[id]))).Within(1e-9));
        Assert.That(best.Sum(id => tokens.LogProbabilities[id]), Is.EqualTo(log).Within(1e-9));
    }

    [Test]
    public void A_long_word_has_the_sums_of_logarithms_that_a_short_one_has_plainly()
    {
        UnigramWords words = Words(string.Concat(Enumerable.Repeat("ab", 24)) + "ab " + string.Concat(Enumerable.Repeat("ab", 300)) + " ab ab");
        UnigramTokens tokens = UnigramTokens.FromScores(words, SubstringSeeds.Find(words, 6, int.MaxValue, Plain));
        var lattice = new UnigramLattice(words.LongestWord);
        lattice.Use(tokens, -2);
        foreach (int length in new[] { 47, 48, 49, 600 })
        {
            var sums = new long[tokens.Count];
            int w = Enumerable.Range(0, words.Count).First(i => words.Length(i) >= length);
            double log = lattice.Expect(words[w][..length], 1L << 30, sums);
            Assert.That(double.IsFinite(log), Is.True);
            double symbols = Enumerable.Range(0, tokens.Count).Sum(id => sums[id] / (double)(1L << 30) * tokens.Substrings[id].Length);
            Assert.That(symbols, Is.EqualTo(length).Within(1e-3), "the expected tokens cover the word once");
        }
    }

    [TestCase(1.0, -0.57721566490153286)]
    [TestCase(0.5, -1.9635100260214235)]
    [TestCase(10.0, 2.2517525890667211)]
    [TestCase(1e6, 13.815510057964191)]
    public void Digamma_has_its_known_values(double x, double expected) => Assert.That(UnigramUpdate.Digamma(x), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Frequent_parts_become_tokens_beside_all_characters()
    {
        TrainedVocabulary trained = Train(Prose(1), Plain with { VocabularySize = 45 });
        Assert.That(Tokens(trained), Does.Contain("▁walk").And.Contain("s").And.Contain("▁日本"));
        Assert.That(trained.Tokens, Has.Count.EqualTo(45));
        Assert.That(trained.Scores.Skip(1).Sum(Math.Exp), Is.EqualTo(1).Within(1e-9));
        Assert.That(trained.Scores.Skip(1), Is.Ordered.Descending);
        foreach (Rune c in Prose(1).EnumerateRunes().Where(c => c.Value != ' '))
        {
            Assert.That(Tokens(trained), Does.Contain(c.ToString()));
        }
    }

    [Test]
    public void The_number_of_threads_and_the_order_of_texts_change_nothing()
    {
        ReadOnlyMemory<byte>[] texts = [.. Enumerable.Range(1, 30).Select(seed => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Prose(seed))))];
        TrainedVocabulary first = UnigramTrainer.Train(TrainingCorpus.FromTexts(texts), Plain);
        foreach (int threads in new[] { 2, 3, 7 })
        {
            TrainedVocabulary other = UnigramTrainer.Train(TrainingCorpus.FromTexts([.. texts.Reverse()]), Plain with { Threads = threads });
            Assert.That(Tokens(other), Is.EqualTo(Tokens(first)));
            Assert.That(other.Scores, Is.EqualTo(first.Scores));
        }
    }

    [Test]
    public void Byte_tokens_stand_behind_the_special_ones()
    {
        TrainedVocabulary trained = Train(Prose(2), Plain with { VocabularySize = 300, ByteFallback = true });
        Assert.That(Tokens(trained)[1], Is.EqualTo("<0x00>"));
        Assert.That(Tokens(trained)[256], Is.EqualTo("<0xFF>"));
        Assert.That((trained.Unknown, trained.ByteFallback), Is.EqualTo(((int?)0, true)));
    }

    [Test]
    public void What_cannot_be_trained_is_refused_with_the_reason()
    {
        Assert.That(() => Train("abc", Plain with { VocabularySize = 4 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("4 characters need 5"));
        Assert.That(() => Train("abc", Plain with { ShrinkingFactor = 1 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("shrinking"));
        Assert.That(() => Train(" ", Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no text"));
        Assert.That(() => Train("abc abc", Plain with { Cancellation = new CancellationToken(true) }), Throws.InstanceOf<OperationCanceledException>());
    }
}
