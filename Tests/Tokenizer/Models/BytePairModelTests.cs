using System.Diagnostics;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;
using static PureLlm.Tests.Tokenizer.Models.PlainBytePairs;

namespace PureLlm.Tests.Tokenizer.Models;

public class BytePairModelTests
{
    private const string Prose = "the cat sat on the mat. the dog and the cat ran, and ran, and ran! don't they? 12 123 é€𝄞日本語";

    private static BytePairModel TrainedOnProse() => new(
        [.. Bytes, "th"u8.ToArray(), "the"u8.ToArray(), " the"u8.ToArray(), "an"u8.ToArray(), "at"u8.ToArray(), " c"u8.ToArray(), " cat"u8.ToArray(), [0xE6, 0x97], [0xE6, 0x97, 0xA5]],
        [('t', 'h'), (256, 'e'), (' ', 257), ('a', 'n'), ('a', 't'), (' ', 'c'), (261, 260), (0xE6, 0x97), (263, 0xA5)]);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Pieces_of_every_length_merge_as_the_textbook_does(int seed)
    {
        BytePairModel model = RandomModel(seed);
        PieceEncoder encoder = model.CreateEncoder();
        var random = new Random(seed);
        for (int length = 1; length <= 160; length++)
        {
            byte[] piece = Letters(random, length);
            Assert.That(Encode(encoder, piece), Is.EqualTo(Textbook(model, piece)), () => Encoding.ASCII.GetString(piece));
            Assert.That(Encode(encoder, piece), Is.EqualTo(Textbook(model, piece)), "the second time, from memory");
        }
    }

    [Test]
    public void A_token_that_its_own_merges_do_not_make_is_only_made_where_merges_are_ignored()
    {
        // "abc" comes from a + bc, but ab merges first.
        byte[][] tokens = [.. Bytes, "bc"u8.ToArray(), "ab"u8.ToArray(), "abc"u8.ToArray()];
        (int, int)[] merges = [('a', 'b'), ('b', 'c'), ('a', 256)];
        Assert.That(Encode(new BytePairModel(tokens, merges).CreateEncoder(), "abc"u8.ToArray()), Is.EqualTo(new[] { 257, 'c' }));
        Assert.That(Encode(new BytePairModel(tokens, merges, ignoreMerges: true).CreateEncoder(), "abc"u8.ToArray()), Is.EqualTo(new[] { 258 }));
    }

    [Test]
    public void The_later_of_two_equal_merges_counts() =>
        Assert.That(new BytePairModel([.. Bytes, "ab"u8.ToArray(), "bc"u8.ToArray()], [('a', 'b'), ('b', 'c'), ('a', 'b')]).Merges, Is.EqualTo(new[] { ((int)'b', (int)'c'), ('a', 'b') }));

    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    public void Ranks_alone_give_what_looking_up_every_pair_of_bytes_gives(int seed)
    {
        // Tokens in random order of id: also longer ones before the shorter that they need, and ones that no merge reaches.
        var random = new Random(seed);
        BytePairModel merged = RandomModel(seed);
        byte[][] shuffled = [.. Enumerable.Range(0, merged.VocabularySize).Select(id => merged.Token(id).ToArray())];
        random.Shuffle(shuffled.AsSpan(seed == 4 ? 256 : 0));
        BytePairModel ranked = BytePairModel.FromRanks(shuffled), again = new([.. shuffled], ranked.Merges, ignoreMerges: true);
        PieceEncoder encoder = ranked.CreateEncoder(), written = again.CreateEncoder();
        for (int i = 0; i < 600; i++)
        {
            byte[] piece = Letters(random, random.Next(1, 90));
            List<int> expected = ByRanks(ranked, piece);
            Assert.That(Encode(encoder, piece), Is.EqualTo(expected), () => Encoding.ASCII.GetString(piece));
            Assert.That(Encode(written, piece), Is.EqualTo(expected), "the recovered merges say the same");
        }
    }

    [Test]
    public void A_text_is_its_pieces_with_their_places()
    {
        BytePairModel model = TrainedOnProse();
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Prose, 3)) + new string('z', 70) + "  the end");
        foreach (PieceScanner scanner in PieceScanner.All)
        {
            var expected = new TokenBuffer();
            PieceEncoder fresh = model.CreateEncoder();
            for (int i = 0, length; i < text.Length; i += length)
            {
                length = scanner.NextLength(text, i);
                fresh.Encode(text.AsSpan(i, length), 1000 + i, expected);
            }
            var encoder = (BytePairEncoder)model.CreateEncoder();
            for (int round = 0; round < 2; round++)
            {
                var tokens = new TokenBuffer();
                encoder.EncodeText(text, 1000, scanner, tokens);
                Assert.That(tokens.Ids.ToArray(), Is.EqualTo(expected.Ids.ToArray()), scanner.Name);
                Assert.That(tokens.Starts.ToArray(), Is.EqualTo(expected.Starts.ToArray()), scanner.Name);
                Assert.That(tokens.Ends.ToArray(), Is.EqualTo(expected.Ends.ToArray()), scanner.Name);
            }
        }
    }

    [Test]
    public void Any_bytes_come_back_and_memory_of_other_pieces_changes_nothing()
    {
        BytePairModel model = RandomModel(7);
        var worn = (BytePairEncoder)model.CreateEncoder();
        var random = new Random(8);
        for (int i = 0; i < 6_000; i++)
        {
            byte[] text = i % 2 == 0 ? Texts.Random(random) : Letters(random, random.Next(1, 30));
            var tokens = new TokenBuffer();
            worn.EncodeText(text, 0, PieceScanner.O200k, tokens);
            Assert.That(tokens.Ids.ToArray().SelectMany(id => model.Token(id).ToArray()).ToArray().AsSpan().SequenceEqual(text), () => Convert.ToHexString(text));
            if (i % 50 == 0)
            {
                var other = new TokenBuffer();
                ((BytePairEncoder)model.CreateEncoder()).EncodeText(text, 0, PieceScanner.O200k, other);
                Assert.That(tokens.Ids.ToArray(), Is.EqualTo(other.Ids.ToArray()));
            }
        }
    }

    [Test]
    public void A_warm_encoder_allocates_nothing()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Prose, 50)) + new string('q', 500));
        var encoder = (BytePairEncoder)TrainedOnProse().CreateEncoder();
        var tokens = new TokenBuffer();
        encoder.EncodeText(text, 0, PieceScanner.Cl100k, tokens);
        // The least of some rounds: the run time itself allocates a little when it compiles a loop anew.
        Assert.That(Enumerable.Range(0, 5).Min(_ => Allocated()), Is.Zero);

        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 5; i++)
            {
                tokens.Clear();
                encoder.EncodeText(text, 0, PieceScanner.Cl100k, tokens);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [TestCase("a")]
    [TestCase(" ")]
    [TestCase("\n")]
    [TestCase("7")]
    [TestCase("😀")]
    [TestCase("a'")]
    [TestCase(" \n")]
    [TestCase("日")]
    [TestCase("A")]
    [TestCase("e\u0301")]
    [TestCase("\u200d")]
    public void Ten_times_the_text_takes_about_ten_times_the_time(string unit)
    {
        BytePairModel model = RandomModel(9);
        foreach (PieceScanner scanner in new[] { PieceScanner.Gpt2, PieceScanner.Cl100k, PieceScanner.O200k, PieceScanner.DeepSeek })
        {
            byte[] shorter = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 20_000 / unit.Length))), longer = [.. Enumerable.Repeat(shorter, 10).SelectMany(b => b)];
            double ratio = double.MaxValue;
            for (int attempt = 0; attempt < 12 && ratio > 40; attempt++)
            {
                // Something quadratic gives 100; a busy machine can double a time.
                double few = Seconds(shorter), many = Seconds(longer);
                ratio = Math.Min(ratio, many / few);
            }
            Assert.That(ratio, Is.LessThan(40), $"{scanner.Name} on {Uri.EscapeDataString(unit)}");

            double Seconds(byte[] text)
            {
                var encoder = (BytePairEncoder)model.CreateEncoder();
                var tokens = new TokenBuffer();
                tokens.EnsureCapacity(text.Length);
                var watch = Stopwatch.StartNew();
                encoder.EncodeText(text, 0, scanner, tokens);
                return watch.Elapsed.TotalSeconds;
            }
        }
    }

    [Test]
    public void Threads_share_a_model()
    {
        BytePairModel model = RandomModel(10);
        var random = new Random(11);
        byte[][] pieces = [.. Enumerable.Range(0, 400).Select(_ => Letters(random, random.Next(1, 80)))];
        int[][] expected = [.. pieces.Select(p => Textbook(model, p).ToArray())];
        var actual = new int[pieces.Length][];
        Parallel.For(0, pieces.Length, i => actual[i] = Encode(model.CreateEncoder(), pieces[i]));
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void A_vocabulary_that_cannot_work_is_refused_by_name()
    {
        string Message(IReadOnlyList<byte[]?> tokens, params (int, int)[] merges) => Assert.Throws<TokenizerException>(() => _ = new BytePairModel(tokens, merges))!.Message;
        Assert.That(Message(Bytes[..255]), Does.Contain("0xff"));
        Assert.That(Message(Bytes, ('a', 'b')), Does.Contain("'a' and 'b'"));
        Assert.That(Message(Bytes, (0, 256)), Does.Contain("0 and 256"));
        Assert.That(Message(Bytes, (-1, 0)), Does.Contain("-1 and 0"));
        Assert.That(Message([.. Bytes, null], (256, 'a')), Does.Contain("256"));
        Assert.That(Message([.. Bytes, "ab"u8.ToArray(), "ab"u8.ToArray()]), Does.Contain("256 and 257"));
    }

    [Test]
    public void Ids_that_nothing_makes_stay_empty()
    {
        var model = new BytePairModel([.. Bytes, null, "ab"u8.ToArray(), []], [('a', 'b')]);
        Assert.That((model.VocabularySize, model.Token(256).Length, model.Find("ab"u8), model.Find("abc"u8), model.Find(""u8)), Is.EqualTo((259, 0, 257, -1, -1)));
    }
}
