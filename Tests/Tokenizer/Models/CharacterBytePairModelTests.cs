using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class CharacterBytePairModelTests
{
    private static readonly byte[][] Tokens = Vocab.Of("<unk>", "a", "b", "c", "ab", "bc", "abc", "▁", "▁a", "é");

    [Test]
    public void The_lowest_rank_merges_first()
    {
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [(1, 2), (4, 3)], new()), "abcé"), Is.EqualTo("abc[0,3) é[3,5)"));
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [(2, 3), (1, 2)], new()), "abc"), Is.EqualTo("a[0,1) bc[1,3)"));
    }

    [Test]
    public void Unknown_characters_fuse_on_request_and_vanish_without_an_unknown_token()
    {
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [], new() { UnknownToken = "<unk>" }), "axya"), Is.EqualTo("a[0,1) <unk>[1,2) <unk>[2,3) a[3,4)"));
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [], new() { UnknownToken = "<unk>", FuseUnknown = true }), "axya"), Is.EqualTo("a[0,1) <unk>[1,3) a[3,4)"));
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [(1, 2)], new()), "xaxbc"), Is.EqualTo("ab[1,4) c[4,5)"));
    }

    [Test]
    public void Unknown_characters_fall_back_to_bytes()
    {
        byte[][] tokens = [.. Tokens, .. Enumerable.Range(0, 256).Select(BytePieces.Spelling)];
        var model = new CharacterBytePairModel(tokens, [], new() { UnknownToken = "<unk>", FuseUnknown = true, ByteFallback = true });
        Assert.That(Vocab.Show(model, "a日"), Is.EqualTo("a[0,1) <0xE6>[1,2) <0x97>[2,3) <0xA5>[3,4)"));
    }

    [Test]
    public void A_piece_that_is_a_token_needs_no_merges_where_they_are_ignored()
    {
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [], new()), "abc"), Is.EqualTo("a[0,1) b[1,2) c[2,3)"));
        Assert.That(Vocab.Show(new CharacterBytePairModel(Tokens, [], new() { IgnoreMerges = true }), "abc"), Is.EqualTo("abc[0,3)"));
    }

    [Test]
    public void Prefix_and_suffix_belong_to_the_spelling()
    {
        byte[][] tokens = Vocab.Of("<unk>", "a", "##b", "##c</w>", "##bc</w>", "a</w>", "abc</w>");
        var model = new CharacterBytePairModel(tokens, [(2, 3), (1, 4)], new() { UnknownToken = "<unk>", ContinuingSubwordPrefix = "##", EndOfWordSuffix = "</w>" });
        Assert.That(Vocab.Show(model, "abc"), Is.EqualTo("abc</w>[0,3)"));
        Assert.That(Vocab.Show(model, "a"), Is.EqualTo("a</w>[0,1)"));
        Assert.That(Vocab.Show(model, "bc"), Is.EqualTo("<unk>[0,1) ##c</w>[1,2)"));
    }

    [Test]
    public void A_merge_without_result_is_refused_by_name()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new CharacterBytePairModel(Tokens, [(1, 3)], new()))!.Message, Does.Contain("merge 0").And.Contain("'a'").And.Contain("'c'"));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = new CharacterBytePairModel(Tokens, [], new() { Dropout = float.NaN }))!.Message, Does.Contain("probability"));
    }

    [Test]
    public void Random_texts_merge_as_the_textbook_does_short_and_long_in_one_piece_and_word_by_word()
    {
        var random = new Random(4);
        string[] alphabet = ["a", "b", "▁", "é"];
        for (int round = 0; round < 200; round++)
        {
            List<string> tokens = ["<unk>", .. alphabet];
            List<(int, int)> merges = [];
            bool words = random.Next(2) == 0;
            for (int i = 0; i < 40; i++)
            {
                (int left, int right) = (random.Next(1, tokens.Count), random.Next(1, tokens.Count));
                string joined = tokens[left] + tokens[right];
                if (joined.Length > 8 || (words && tokens[right][0] == '▁' && tokens[left][^1] != '▁') || merges.Contains((left, right)))
                {
                    continue;
                }
                merges.Add((left, right));
                if (!tokens.Contains(joined))
                {
                    tokens.Add(joined);
                }
            }
            var model = new CharacterBytePairModel(Vocab.Of([.. tokens]), merges, new());
            string text = Vocab.Random(random, alphabet, round % 2 == 0 ? 20 : 300);
            Assert.That(Vocab.Tokens(model, text), Is.EqualTo(Textbook(text, tokens, merges)), text);
        }
    }

    [Test]
    public void Dropout_leaves_out_merges_the_same_way_for_the_same_seed()
    {
        Assert.That(Dropped(1, 0), Has.Count.EqualTo(300));
        List<int> once = Dropped(0.5f, 7);
        Assert.That(Dropped(0.5f, 7), Is.EqualTo(once));
        Assert.That(Dropped(0.5f, 7), Is.Not.EqualTo(Dropped(0.5f, 8)));
        Assert.That(Dropped(0.5f, 7), Has.Count.InRange(110, 290));
        Assert.That(Dropped(0, 7), Has.Count.EqualTo(100));
    }

    /// <summary>The ids of "abc" at a hundred places.</summary>
    private static List<int> Dropped(float dropout, ulong seed)
    {
        PieceEncoder encoder = new CharacterBytePairModel(Tokens, [(1, 2), (4, 3)], new() { Dropout = dropout, DropoutSeed = seed }).CreateEncoder();
        var tokens = new TokenBuffer();
        for (int place = 0; place < 100; place++)
        {
            encoder.Encode("abc"u8, 3 * place, tokens);
        }
        return [.. tokens.Ids];
    }

    [Test]
    public void Time_is_far_from_quadratic()
    {
        var model = new CharacterBytePairModel(Vocab.Of("a", "aa", "aaaa", "é"), [(0, 0), (1, 1)], new());
        byte[] small = Encoding.UTF8.GetBytes(new string('a', 10_000)), large = Encoding.UTF8.GetBytes(new string('a', 160_000));
        Assert.That(Vocab.Seconds(model, large), Is.LessThan((64 * Vocab.Seconds(model, small)) + 0.02));
    }

    [Test]
    public void A_warm_encoder_allocates_nothing()
    {
        var model = new CharacterBytePairModel(Tokens, [(1, 2), (4, 3)], new() { UnknownToken = "<unk>" });
        Assert.That(Vocab.AllocatedWarm(model, ["abcab"u8.ToArray(), "xyz"u8.ToArray(), Encoding.UTF8.GetBytes(new string('a', 5000))]), Is.Zero);
    }

    private static List<string> Textbook(string text, List<string> tokens, List<(int Left, int Right)> merges)
    {
        List<string> symbols = [.. text.Select(c => c.ToString())];
        while (true)
        {
            (int rank, int at) best = (int.MaxValue, 0);
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.FindIndex(m => tokens[m.Left] == symbols[i] && tokens[m.Right] == symbols[i + 1]);
                best = rank >= 0 && rank < best.rank ? (rank, i) : best;
            }
            if (best.rank == int.MaxValue)
            {
                return symbols;
            }
            symbols[best.at] += symbols[best.at + 1];
            symbols.RemoveAt(best.at + 1);
        }
    }
}
