using System.Buffers;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class DroppingBytePairEncoderTests
{
    private static PipelineTokenizer Load(string dropout) =>
        PipelineExamples.Load(PipelineExamples.ByteLevel().Replace("\"dropout\":null", $"\"dropout\":{dropout}", StringComparison.Ordinal));

    private static PipelineTokenizer Seeded(float dropout, ulong seed) => PipelineTokenizer.ByteLevel(((BytePairModel)Load("null").Model).WithDropout(dropout, seed), []);

    [Test]
    public void Without_dropout_and_with_a_dropout_of_0_the_tokens_are_the_same()
    {
        (PipelineTokenizer none, PipelineTokenizer zero) = (Load("null"), Load("0.0"));
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] text = Texts.Random(random);
            Assert.That(zero.EncodeFull(text, default).Ids(), Is.EqualTo(none.EncodeFull(text, default).Ids()));
        }
    }

    [Test]
    public void With_a_dropout_of_1_every_byte_is_a_token()
    {
        PipelineTokenizer tokenizer = Load("1.0");
        Assert.That(tokenizer.Encode("the cat é"), Is.EqualTo("the cat é"u8.ToArray().Select(b => (int)b)));
        PipelineTokenizer whole = PipelineExamples.Load(PipelineExamples.ByteLevel().Replace("\"dropout\":null", "\"ignore_merges\":true,\"dropout\":1", StringComparison.Ordinal));
        Assert.That(whole.Encode("the"), Has.Length.EqualTo(3), "as Hugging Face's: a piece that is a token is taken apart too");
    }

    [Test]
    public void Any_bytes_come_back_with_their_places()
    {
        PipelineTokenizer tokenizer = Load("0.3");
        var random = new Random(2);
        for (int i = 0; i < 1000; i++)
        {
            byte[] text = Texts.Random(random);
            var tokens = new TokenBuffer();
            tokenizer.Encode(text, tokens);
            var back = new ArrayBufferWriter<byte>();
            tokenizer.Decode(tokens.Ids.ToArray(), back);
            Assert.That(back.WrittenSpan.ToArray(), Is.EqualTo(text));
            Assert.That(tokens.Starts.ToArray().Append(text.Length), Is.EqualTo(tokens.Ends.ToArray().Prepend(0)));
        }
    }

    [Test]
    public void The_same_text_and_seed_give_the_same_tokens_on_any_way_to_them()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the cat the the cat ", 20_000)));
        PipelineTokenizer tokenizer = Seeded(0.5f, 7);
        int[] ids = tokenizer.EncodeFull(text, default).Ids();
        var listed = new List<int>();
        tokenizer.Encode(text, listed);
        Assert.That(listed, Is.EqualTo(ids));
        Assert.That(tokenizer.EncodeBatch([text, text], 2), Has.All.EqualTo(ids));
        Assert.That(tokenizer.Count(text), Is.EqualTo(ids.Length));
        Assert.That(Seeded(0.5f, 8).Encode("the cat the the cat the cat"), Is.Not.EqualTo(Seeded(0.5f, 7).Encode("the cat the the cat the cat")));
    }

    [TestCase(0.1f)]
    [TestCase(0.5f)]
    [TestCase(0.9f)]
    public void Tokens_are_as_many_as_the_textbook_s_on_average(float dropout)
    {
        var model = PlainBytePairs.RandomModel(3);
        PieceEncoder encoder = model.WithDropout(dropout, 5).CreateEncoder();
        var random = new Random(6);
        var tokens = new TokenBuffer();
        double found = 0, expected = 0, squares = 0;
        const int Pieces = 4000;
        for (int i = 0; i < Pieces; i++)
        {
            byte[] piece = PlainBytePairs.Letters(random, 20);
            tokens.Clear();
            encoder.Encode(piece, 100 * i, tokens);
            int plain = Textbook(model, piece, dropout, random);
            (found, expected, squares) = (found + tokens.Count, expected + plain, squares + Math.Pow(tokens.Count - plain, 2));
        }
        // As in Hugging Face's, a pair that meanwhile went away still ends a round, so that what was left out gets another chance a little earlier.
        Assert.That(found, Is.EqualTo(expected).Within(3).Percent);
        Assert.That(squares, Is.GreaterThan(Pieces / 20));
    }

    [Test]
    public void The_file_keeps_the_dropout_and_refuses_what_is_no_probability()
    {
        var kept = (PipelineTokenizer)TokenizerJson.Parse(TokenizerJson.ToUtf8(Load("0.25")), "x.json");
        Assert.That(((BytePairModel)kept.Model).Dropout, Is.EqualTo(0.25f));
        Assert.That(() => Load("1.5"), Throws.TypeOf<TokenizerException>().With.Message.Contains("model.dropout is 1.5"));
        Assert.That(() => PlainBytePairs.RandomModel(1).WithDropout(float.NaN), Throws.TypeOf<TokenizerException>().With.Message.Contains("probability"));
    }

    /// <summary>Of the pairs that merge, each is left out of this round with the given probability; the best that is left merges; a round that has none is the last.</summary>
    private static int Textbook(BytePairModel model, byte[] piece, float dropout, Random random)
    {
        Dictionary<(int, int), (int Rank, int Result)> ranks = PlainBytePairs.Ranks(model);
        List<int> symbols = [.. piece.Select(b => model.Find([b]))];
        while (true)
        {
            int[] kept = [.. Enumerable.Range(0, symbols.Count - 1).Where(i => ranks.ContainsKey((symbols[i], symbols[i + 1])) && random.NextDouble() >= dropout)];
            if (kept.Length == 0)
            {
                return symbols.Count;
            }
            int at = kept.MinBy(i => ranks[(symbols[i], symbols[i + 1])].Rank);
            symbols[at] = ranks[(symbols[at], symbols[at + 1])].Result;
            symbols.RemoveAt(at + 1);
        }
    }
}
