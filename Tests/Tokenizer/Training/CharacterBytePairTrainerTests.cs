using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Training;

public class CharacterBytePairTrainerTests
{
    private static readonly CharacterBytePairOptions Plain = new() { VocabularySize = 120, SpecialTokens = ["<unk>"], CharacterCoverage = 1, Threads = 1 };

    private static TrainedVocabulary Train(string text, CharacterBytePairOptions options) =>
        CharacterBytePairTrainer.Train(TrainingCorpus.FromTexts([Encoding.UTF8.GetBytes(text)]), options);

    private static string[] Tokens(TrainedVocabulary trained) => [.. trained.Tokens.Select(Encoding.UTF8.GetString)];

    private static string Words(int seed)
    {
        var random = new Random(seed);
        Rune[] alphabet = [.. (seed % 2 == 0 ? "abc" : "aé日𝐀b").EnumerateRunes()];
        return string.Join(' ', Enumerable.Range(0, 120).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => alphabet[random.Next(alphabet.Length)]))));
    }

    [Test]
    public void Merges_are_the_textbooks_with_shorter_and_then_smaller_texts_first([Range(1, 6)] int seed)
    {
        string text = Words(seed);
        TrainedVocabulary trained = Train(text, Plain);
        List<string> symbols = [.. Tokens(trained).Skip(1 + trained.Merges.Count)];
        List<(List<int>, long)> words = [.. text.Split(' ').GroupBy(w => w).Select(g => (("▁" + g.Key).EnumerateRunes().Select(r => symbols.IndexOf(r.ToString())).ToList(), g.LongCount()))];
        var made = new List<string>(symbols);
        List<(int Left, int Right)> expected = TextbookMerges.Learn(words, symbols.Count, trained.Merges.Count, 2, null, (pairs, _) =>
        {
            (int Left, int Right) best = pairs.OrderByDescending(p => p.Value)
                .ThenBy(p => Characters(made[p.Key.Left] + made[p.Key.Right]))
                .ThenBy(p => Convert.ToHexString(Encoding.UTF8.GetBytes(made[p.Key.Left] + made[p.Key.Right])), StringComparer.Ordinal).First().Key;
            made.Add(made[best.Left] + made[best.Right]);
            return best;
        });
        Assert.That(Tokens(trained).Skip(1).Take(trained.Merges.Count), Is.EqualTo(expected.Select(e => made[e.Left] + made[e.Right])));
        Assert.That(trained.Merges, Is.Not.Empty);
    }

    private static int Characters(string text) => text.EnumerateRunes().Count();

    [Test]
    public void Ids_are_special_tokens_bytes_merges_and_characters_with_falling_scores()
    {
        TrainedVocabulary trained = Train("aab aab", new CharacterBytePairOptions { VocabularySize = 300, ByteFallback = true, CharacterCoverage = 1 });
        string[] tokens = Tokens(trained);
        Assert.That(tokens[..4], Is.EqualTo(new[] { "<unk>", "<s>", "</s>", "<0x00>" }));
        Assert.That(tokens[258], Is.EqualTo("<0xFF>"));
        Assert.That(tokens[^3..], Is.EqualTo(new[] { "a", "b", "▁" }));
        Assert.That(trained.Scores.Skip(259).Take(trained.Merges.Count), Is.EqualTo(Enumerable.Range(0, trained.Merges.Count).Select(i => -(double)i)));
        Assert.That(trained.Merges.All(m => m.Left >= 259 && m.Right >= 259), Is.True);
        Assert.That((trained.Unknown, trained.ByteFallback), Is.EqualTo(((int?)0, true)));
    }

    [Test]
    public void Rare_characters_beyond_the_coverage_end_words_and_are_left_out()
    {
        string[] tokens = Tokens(Train(string.Concat(Enumerable.Repeat("abab ", 500)) + "abZab", Plain with { CharacterCoverage = 0.999 }));
        Assert.That(tokens, Does.Contain("▁abab").And.Not.Contain("Z").And.All.Not.Contain("Z"));
    }

    [Test]
    public void No_token_is_longer_than_allowed() =>
        Assert.That(Tokens(Train(string.Concat(Enumerable.Repeat("abcdefghij ", 9)), Plain with { MaximumTokenLength = 4 })).Skip(1).Max(t => t.Length), Is.EqualTo(4));

    [Test]
    public void What_cannot_be_trained_is_refused_with_the_reason()
    {
        Assert.That(() => Train("abc", Plain with { VocabularySize = 4 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("4 characters need 5"));
        Assert.That(() => Train("abc", Plain with { CharacterCoverage = 2 }), Throws.InstanceOf<TokenizerException>().With.Message.Contains("coverage"));
        Assert.That(() => Train(" \n ", Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no text"));
        Assert.That(() => CharacterBytePairTrainer.Train(TrainingCorpus.FromTexts([new byte[] { 0xC3, 0x28 }]), Plain), Throws.InstanceOf<TokenizerException>().With.Message.Contains("UTF-8"));
    }
}
