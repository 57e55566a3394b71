using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class UnigramModelTests
{
    [Test]
    public void The_most_likely_spelling_wins()
    {
        var model = new UnigramModel(Vocab.Of("<unk>", "a", "b", "c", "d", "cd", "ab", "abc", "abcd"), [0, 0, 0, 0, 0, 1, 2, 5, 10], 0);
        Assert.That(Vocab.Show(model, "abcdacdxx"), Is.EqualTo("abcd[0,4) a[4,5) cd[5,7) <unk>[7,9)"), "neighbouring unknowns are one");
        Assert.That(Vocab.Show(model, "abc"), Is.EqualTo("abc[0,3)"));
    }

    [Test]
    public void Unknown_characters_fall_back_to_their_bytes_when_all_are_there()
    {
        byte[][] bytes = [.. Enumerable.Range(0, 256).Select(BytePieces.Spelling)];
        var model = new UnigramModel([.. Vocab.Of("<unk>", "a"), .. bytes], [0, -1, .. bytes.Select(_ => -2.0)], 0, byteFallback: true);
        Assert.That(Vocab.Show(model, "aé"), Is.EqualTo("a[0,1) <0xC3>[1,3) <0xA9>[1,3)"));
        var partial = new UnigramModel([.. Vocab.Of("<unk>", "a"), .. bytes[..0xA0]], [0, -1, .. bytes[..0xA0].Select(_ => -2.0)], 0, byteFallback: true);
        Assert.That(Vocab.Show(partial, "aé"), Is.EqualTo("a[0,1) <unk>[1,3)"));
    }

    [Test]
    public void Without_an_unknown_token_an_unknown_character_is_an_error_that_names_it()
    {
        var model = new UnigramModel(Vocab.Of("a"), [-1], null);
        Assert.That(Assert.Throws<TokenizerException>(() => Vocab.Show(model, "aaé"))!.Message, Does.Contain("'é' at byte 2"));
    }

    [Test]
    public void Wrong_lists_are_refused()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new UnigramModel(Vocab.Of("a", "b"), [0], null))!.Message, Does.Contain("2 tokens and 1 scores"));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new UnigramModel(Vocab.Of("a"), [double.NaN], null))!.Message, Does.Contain("token 0"));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new UnigramModel(Vocab.Of("a"), [0], 1))!.Message, Does.Contain("only 1 tokens"));
    }

    [Test]
    public void No_spelling_of_a_random_text_scores_higher_than_the_one_that_is_found()
    {
        var random = new Random(5);
        string[] alphabet = ["a", "b", "é"];
        for (int round = 0; round < 300; round++)
        {
            string[] tokens = [.. new[] { "<unk>", "a", "b", "é" }.Concat(Enumerable.Range(0, 12).Select(_ => Vocab.Random(random, alphabet, 4))).Distinct()];
            double[] scores = [.. tokens.Select(_ => -random.NextDouble() * 5)];
            var model = new UnigramModel(Vocab.Of(tokens), scores, 0);
            string text = Vocab.Random(random, alphabet, 9);
            double found = Vocab.Tokens(model, text).Sum(t => scores[Array.IndexOf(tokens, t)]);
            Assert.That(found, Is.EqualTo(Best(text, tokens, scores)).Within(1e-9), text);
        }
    }

    [Test]
    public void Time_is_linear_in_the_text()
    {
        var model = new UnigramModel(Vocab.Of("<unk>", "a", "aa", "aaaa", " "), [0, -1, -1.5, -2.5, -1], 0);
        foreach (string text in new[] { "a", " ", "é" })
        {
            byte[] small = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 20_000))), large = [.. Enumerable.Repeat(small, 16).SelectMany(b => b)];
            Assert.That(Vocab.Seconds(model, large), Is.LessThan((50 * Vocab.Seconds(model, small)) + 0.02), "16 times the text, far from 256 times the time");
        }
    }

    [Test]
    public void A_warm_encoder_allocates_nothing()
    {
        var model = new UnigramModel(Vocab.Of("<unk>", "a", "aa"), [0, -1, -1.5], 0);
        Assert.That(Vocab.AllocatedWarm(model, ["aaaaa"u8.ToArray(), "xyz"u8.ToArray(), Encoding.UTF8.GetBytes(new string('a', 5000))]), Is.Zero);
    }

    private static double Best(string text, string[] tokens, double[] scores)
    {
        if (text.Length == 0)
        {
            return 0;
        }
        double best = double.NegativeInfinity;
        for (int id = 1; id < tokens.Length; id++)
        {
            if (text.StartsWith(tokens[id], StringComparison.Ordinal))
            {
                best = Math.Max(best, scores[id] + Best(text[tokens[id].Length..], tokens, scores));
            }
        }
        return best;
    }
}
