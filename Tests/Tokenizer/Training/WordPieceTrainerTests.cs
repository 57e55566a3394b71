using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class WordPieceTrainerTests
{
    private static readonly WordPieceOptions Plain = new() { VocabularySize = 90, SpecialTokens = ["[UNK]"], Threads = 1 };

    private static TrainedVocabulary Train(string text, WordPieceOptions options) =>
        WordPieceTrainer.Train(TrainingCorpus.FromTexts([Encoding.UTF8.GetBytes(text)]), options);

    private static string[] Tokens(TrainedVocabulary trained) => [.. trained.Tokens.Select(Encoding.UTF8.GetString)];

    private static string Words(int seed)
    {
        var random = new Random(seed);
        string letters = seed % 2 == 0 ? "abc" : "aé日𝐀b";
        Rune[] alphabet = [.. letters.EnumerateRunes()];
        return string.Join(' ', Enumerable.Range(0, 120).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => alphabet[Math.Min(random.Next(alphabet.Length), random.Next(alphabet.Length))]))));
    }

    /// <summary>Words as symbols: characters at the start, then characters behind the prefix, both by code point, after one special token.</summary>
    private static (List<(List<int> Symbols, long Count)> Words, List<string> Tokens) Symbols(string text)
    {
        string[] words = text.Split(' ');
        List<string> tokens = ["[UNK]"];
        tokens.AddRange(text.EnumerateRunes().Where(r => r.Value != ' ').Distinct().Order().Select(r => r.ToString()));
        tokens.AddRange(words.SelectMany(w => w.EnumerateRunes().Skip(1)).Distinct().Order().Select(r => "##" + r));
        return ([.. words.GroupBy(w => w).Select(g => (g.Key.EnumerateRunes().Select((r, i) => tokens.IndexOf(i == 0 ? r.ToString() : "##" + r)).ToList(), g.LongCount()))], tokens);
    }

    [Test]
    public void The_most_frequent_pair_merges_as_the_textbook_has_it([Range(1, 6)] int seed)
    {
        string text = Words(seed);
        (List<(List<int> Symbols, long Count)> words, List<string> tokens) = Symbols(text);
        TrainedVocabulary trained = Train(text, Plain);
        Assert.That(trained.Merges, Is.EqualTo(TextbookMerges.Learn(words, tokens.Count, trained.Merges.Count, 2)));
        Assert.That(trained.Merges, Is.Not.Empty);
        Assert.That(Tokens(trained).Take(tokens.Count), Is.EqualTo(tokens));
    }

    [Test]
    public void The_likelihood_criterion_merges_as_the_textbook_has_it([Range(1, 6)] int seed, [Values(1, 4)] int minimum)
    {
        string text = Words(seed);
        (List<(List<int> Symbols, long Count)> words, List<string> tokens) = Symbols(text);
        TrainedVocabulary trained = Train(text, Plain with { Criterion = WordPieceCriterion.Likelihood, MinimumFrequency = minimum });
        List<(int Left, int Right)> expected = TextbookMerges.Learn(words, tokens.Count, trained.Merges.Count, minimum, null, (pairs, symbols) => pairs
            .OrderByDescending(p => p.Value / ((double)symbols[p.Key.Left] * symbols[p.Key.Right])).ThenBy(p => p.Key.Left).ThenBy(p => p.Key.Right).First().Key);
        Assert.That(trained.Merges, Is.EqualTo(expected));
        Assert.That(trained.Merges, Is.Not.Empty);
    }

    [Test]
    public void A_rare_pair_that_always_stands_together_beats_a_frequent_one()
    {
        string text = string.Join(' ', Enumerable.Repeat("ea", 50).Concat(Enumerable.Repeat("be", 40)).Concat(Enumerable.Repeat("qu", 5)));
        Assert.That(Tokens(Train(text, Plain with { VocabularySize = 11, Criterion = WordPieceCriterion.Likelihood })), Does.Contain("qu"));
        Assert.That(Tokens(Train(text, Plain with { VocabularySize = 11 })), Does.Contain("ea").And.Not.Contain("qu"));
    }

    [Test]
    public void Merged_tokens_carry_the_prefix_once() =>
        Assert.That(Tokens(Train("abcd abcd xbcd xbcd", Plain with { VocabularySize = 40 })), Does.Contain("##bcd").And.Contain("abcd").And.All.Not.Contain("####"));

    [Test]
    public void Punctuation_and_symbols_stand_alone()
    {
        string[] tokens = Tokens(Train("don't don't a+b a+b x—y x—y", Plain with { VocabularySize = 60 }));
        Assert.That(tokens, Does.Contain("don").And.Contain("'").And.Contain("+").And.Contain("—"));
        Assert.That(tokens, Does.Not.Contain("a+b").And.Not.Contain("##'"));
    }

    [Test]
    public void Special_tokens_come_first_and_the_unknown_one_is_added_where_it_is_missing()
    {
        TrainedVocabulary trained = Train("ab ab", Plain with { SpecialTokens = ["[PAD]", "[CLS]"] });
        Assert.That(Tokens(trained).Take(3), Is.EqualTo(new[] { "[UNK]", "[PAD]", "[CLS]" }));
        Assert.That((trained.Unknown, trained.SpecialTokens.Count, trained.ContinuationPrefix), Is.EqualTo(((int?)0, 3, "##")));
        Assert.That(Train("ab ab", new WordPieceOptions { VocabularySize = 90 }).Unknown, Is.EqualTo(1));
    }

    [Test]
    public void A_limited_alphabet_keeps_the_most_frequent_characters_and_those_that_were_asked_for()
    {
        string[] tokens = Tokens(Train("aab aab acz", Plain with { LimitAlphabet = 3, InitialAlphabet = "ß" }));
        Assert.That(tokens, Does.Contain("a").And.Contain("b").And.Contain("ß").And.Not.Contain("z").And.Not.Contain("c"));
    }

    [Test]
    public void The_number_of_threads_changes_nothing()
    {
        var texts = Enumerable.Range(1, 40).Select(seed => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Words(seed)))).ToArray();
        string[][] results = [.. new[] { 1, 2, 3, 7 }.Select(threads => Tokens(WordPieceTrainer.Train(TrainingCorpus.FromTexts(texts), Plain with { Threads = threads, VocabularySize = 200 })))];
        Assert.That(results.Skip(1), Is.All.EqualTo(results[0]));
    }

    [Test]
    public void What_cannot_be_trained_is_refused_with_the_reason()
    {
        Assert.That(() => Train("abcdef ghijkl", Plain with { VocabularySize = 12 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("12").And.Message.Contains("12 characters").IgnoreCase.Or.Message.Contains("need"));
        Assert.That(() => Train("", Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no text"));
        Assert.That(() => Train("a", Plain with { ContinuationPrefix = "" }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("prefix"));
        Assert.That(() => WordPieceTrainer.Train(TrainingCorpus.FromTexts([new byte[] { (byte)'a', 0xFF }]), Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("0xff"));
    }
}
