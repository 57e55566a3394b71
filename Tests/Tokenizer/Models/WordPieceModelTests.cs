using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class WordPieceModelTests
{
    private static readonly byte[][] Tokens = Vocab.Of("[UNK]", "un", "##aff", "##able", "a", "##a", "ab", "##b", "é", "##é", "##abc");

    [Test]
    public void The_longest_token_goes_first_and_continuations_follow()
    {
        var model = new WordPieceModel(Tokens);
        Assert.That(Vocab.Show(model, "unaffable"), Is.EqualTo("un[0,2) ##aff[2,5) ##able[5,9)"));
        Assert.That(Vocab.Show(model, "ababc"), Is.EqualTo("ab[0,2) ##abc[2,5)"));
        Assert.That(Vocab.Show(model, "éé"), Is.EqualTo("é[0,2) ##é[2,4)"));
    }

    [Test]
    public void A_word_that_cannot_be_finished_is_unknown_as_a_whole()
    {
        var model = new WordPieceModel(Tokens);
        Assert.That(Vocab.Show(model, "unknown"), Is.EqualTo("[UNK][0,7)"));
        Assert.That(Vocab.Show(model, "b"), Is.EqualTo("[UNK][0,1)"), "only a continuation is spelled like it");
    }

    [Test]
    public void A_word_of_too_many_characters_is_unknown_and_characters_are_not_bytes()
    {
        var model = new WordPieceModel(Tokens, maxInputCharactersPerWord: 3);
        Assert.That(Vocab.Show(model, "ééé"), Is.EqualTo("é[0,2) ##é[2,4) ##é[4,6)"));
        Assert.That(Vocab.Show(model, "éééé"), Is.EqualTo("[UNK][0,8)"));
        Assert.That(Vocab.Show(new WordPieceModel(Tokens), new string('a', 100)), Does.StartWith("a[0,1) ##a[1,2)"));
        Assert.That(Vocab.Show(new WordPieceModel(Tokens), new string('a', 101)), Is.EqualTo("[UNK][0,101)"));
    }

    [Test]
    public void An_empty_prefix_makes_every_token_a_continuation()
    {
        Assert.That(Vocab.Show(new WordPieceModel(Vocab.Of("[UNK]", "a", "ab"), continuingSubwordPrefix: ""), "aabab"), Is.EqualTo("a[0,1) ab[1,3) ab[3,5)"));
    }

    [Test]
    public void Without_an_unknown_token_an_unknown_word_is_an_error_that_names_both()
    {
        var model = new WordPieceModel(Vocab.Of("a"));
        Assert.That(Assert.Throws<TokenizerException>(() => Vocab.Show(model, "xyz"))!.Message, Does.Contain("'xyz'").And.Contain("'[UNK]'"));
    }

    [Test]
    public void Random_words_split_as_the_textbook_does_and_again_from_the_cache()
    {
        var random = new Random(3);
        string[] alphabet = ["a", "b", "é", "日"];
        for (int round = 0; round < 200; round++)
        {
            string[] tokens = [.. new[] { "[UNK]" }.Concat(Enumerable.Range(0, 30).Select(_ => (random.Next(2) == 0 ? "##" : "") + Vocab.Random(random, alphabet, 4))).Distinct()];
            var model = new WordPieceModel(Vocab.Of(tokens));
            PieceEncoder encoder = model.CreateEncoder();
            for (int i = 0; i < 20; i++)
            {
                string word = Vocab.Random(random, alphabet, 12);
                string expected = string.Join(' ', Textbook(word, [.. tokens]));
                for (int twice = 0; twice < 2; twice++)
                {
                    string shown = Vocab.Show(model, encoder, Encoding.UTF8.GetBytes(word));
                    Assert.That(string.Join(' ', shown.Split(' ').Select(t => t[..t.LastIndexOf('[')])), Is.EqualTo(expected), word);
                }
            }
        }
    }

    [Test]
    public void A_warm_encoder_allocates_nothing()
    {
        var model = new WordPieceModel(Tokens, maxInputCharactersPerWord: 1000);
        Assert.That(Vocab.AllocatedWarm(model, ["unaffable"u8.ToArray(), "x"u8.ToArray(), Encoding.UTF8.GetBytes(new string('a', 900))]), Is.Zero);
    }

    private static List<string> Textbook(string word, HashSet<string> tokens)
    {
        List<string> parts = [];
        for (int start = 0; start < word.Length;)
        {
            int end = word.Length;
            while (end > start && !tokens.Contains((start > 0 ? "##" : "") + word[start..end]))
            {
                end--;
            }
            if (end == start)
            {
                return ["[UNK]"];
            }
            parts.Add((start > 0 ? "##" : "") + word[start..end]);
            start = end;
        }
        return parts;
    }
}
