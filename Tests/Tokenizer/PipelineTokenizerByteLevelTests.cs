using System.Buffers;
using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer;

public class PipelineTokenizerByteLevelTests
{
    private static readonly string Prose = string.Concat(Enumerable.Repeat("the cat sat on the mat. the dog and the cat ran, and ran, and ran! don't they? 12 123 ", 8)) + new string('a', 70) + "é€𝄞é€𝄞";
    private readonly PipelineTokenizer _tokenizer = BytePairTrainer.Train([Encoding.UTF8.GetBytes(Prose)], 330);

    private static byte[] Decode(TextTokenizer tokenizer, List<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>();
        tokenizer.Decode(ids.ToArray(), bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The textbook: the lowest-ranked pair that is there, all its occurrences, again and again.</summary>
    private int[] Naive(byte[] piece)
    {
        List<int> symbols = [.. piece.Select(b => (int)b)];
        for (int rank = 0; rank < _tokenizer.Merges.Count; rank++)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if ((symbols[i], symbols[i + 1]) == _tokenizer.Merges[rank])
                {
                    symbols[i] = 256 + rank;
                    symbols.RemoveAt(i + 1);
                }
            }
        }
        return [.. symbols];
    }

    [Test]
    public void Any_bytes_come_back_valid_or_not()
    {
        var random = new Random(4);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] input = i < Texts.Difficult.Length ? Encoding.UTF8.GetBytes(Texts.Difficult[i]) : Texts.Random(random);
            List<int> ids = [];
            _tokenizer.Encode(input, ids);
            Assert.That(Decode(_tokenizer, ids).AsSpan().SequenceEqual(input), Is.True, () => Convert.ToHexString(input));
        }
    }

    [Test]
    public void Short_and_long_pieces_merge_as_the_textbook_does()
    {
        var random = new Random(5);
        foreach (int length in new[] { 1, 2, 3, 10, 47, 48, 49, 64, 65, 200, 1500 })
        {
            for (int trial = 0; trial < 6; trial++)
            {
                byte[] piece = [.. Enumerable.Range(0, length).Select(_ => (byte)(trial < 2 ? 'a' : "thecatndrosm"[random.Next(12)]))];
                List<int> ids = [];
                _tokenizer.Encode(piece, ids);
                Assert.That(ids, Is.EqualTo(Naive(piece)), Encoding.ASCII.GetString(piece));
            }
        }
    }

    [Test]
    public void What_was_encoded_before_does_not_change_what_comes()
    {
        PipelineTokenizer fresh = BytePairTrainer.Train([Encoding.UTF8.GetBytes(Prose)], 330);
        int[] once = fresh.Encode("the cat ran");
        Assert.That(fresh.Encode("the cat ran"), Is.EqualTo(once));
        Assert.That(_tokenizer.Encode("the cat ran"), Is.EqualTo(once));
        Assert.That(once, Has.Length.LessThan(6));
    }

    [Test]
    public void Threads_share_one_tokenizer()
    {
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => Prose[(i * 3)..])];
        int[][] expected = [.. texts.Select(_tokenizer.Encode)];
        var actual = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => actual[i] = _tokenizer.Encode(texts[i]));
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void A_very_long_piece_is_not_quadratic()
    {
        byte[] piece = new byte[200_000];
        Array.Fill(piece, (byte)'a');
        List<int> ids = [];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        _tokenizer.Encode(piece, ids);
        Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(20), "n² takes minutes");
        Assert.That(Decode(_tokenizer, ids).AsSpan().SequenceEqual(piece), Is.True);
    }

    [Test]
    public void A_missing_byte_or_merge_result_is_named()
    {
        byte[][] bytes = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];
        Assert.That(Assert.Throws<TokenizerException>(() => _ = PipelineTokenizer.ByteLevel(bytes[..255], [], []))!.Message, Does.Contain("0xff"));
        Assert.That(Assert.Throws<TokenizerException>(() => _ = PipelineTokenizer.ByteLevel(bytes, [('a', 'b')], []))!.Message, Does.Contain("'a' and 'b'"));
    }
}
