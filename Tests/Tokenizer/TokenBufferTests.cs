using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer;

public class TokenBufferTests
{
    /// <summary>All bytes, and "aa", "aaaa" … up to 512 times "a".</summary>
    private static readonly BytePairModel Doubling = BytePairModel.FromRanks(
        [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), .. Enumerable.Range(1, 9).Select(n => Enumerable.Repeat((byte)'a', 1 << n).ToArray())]);

    [Test]
    public void Tokens_of_any_length_have_their_ranges()
    {
        var encoder = (BytePairEncoder)Doubling.CreateEncoder();
        foreach (int count in new[] { 1, 254, 255, 256, 257, 511, 512, 1300 })
        {
            var tokens = new TokenBuffer();
            encoder.EncodeText(Encoding.UTF8.GetBytes($"b {new string('a', count)} 中a"), 10, PieceScanner.Gpt2, tokens);
            AssertTiles(tokens, 10, count + 7);
        }
    }

    [Test]
    public void Texts_that_follow_each_other_share_their_borders_whenever_they_are_read()
    {
        var encoder = (BytePairEncoder)Doubling.CreateEncoder();
        var tokens = new TokenBuffer();
        int end = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(new string('a', 1 + (37 * i)));
            encoder.EncodeText(text, end, PieceScanner.Gpt2, tokens);
            end += text.Length;
            if (i % 3 == 0)
            {
                AssertTiles(tokens, 0, end);
            }
        }
        AssertTiles(tokens, 0, end);
        tokens.Clear();
        encoder.EncodeText("ab"u8, 5, PieceScanner.Gpt2, tokens);
        AssertTiles(tokens, 5, 2);
    }

    [Test]
    public void Gaps_between_tokens_are_kept()
    {
        var encoder = (BytePairEncoder)Doubling.CreateEncoder();
        var tokens = new TokenBuffer();
        for (int i = 0; i < 30; i++)
        {
            encoder.EncodeText(Encoding.UTF8.GetBytes(new string('a', 256)), 1000 * i, PieceScanner.Gpt2, tokens);
            if (i % 4 == 3)
            {
                tokens.Add('x', (1000 * i) + 300, (1000 * i) + 301);
            }
        }
        int[] starts = [.. Enumerable.Range(0, 30).SelectMany(i => i % 4 == 3 ? new[] { 1000 * i, (1000 * i) + 300 } : [1000 * i])];
        Assert.That(tokens.Starts.ToArray(), Is.EqualTo(starts));
        Assert.That(tokens.Ends.ToArray(), Is.EqualTo(starts.Select(s => s % 1000 == 0 ? s + 256 : s + 1)));
    }

    private static void AssertTiles(TokenBuffer tokens, int start, int bytes)
    {
        int[] ends = [.. tokens.Ids.ToArray().Select(id => start += Doubling.Token(id).Length)];
        int first = ends[0] - Doubling.Token(tokens.Ids[0]).Length;
        Assert.That(tokens.Ends.ToArray(), Is.EqualTo(ends));
        Assert.That(tokens.Starts.ToArray(), Is.EqualTo(ends.Prepend(first).SkipLast(1)));
        Assert.That(ends[^1] - first, Is.EqualTo(bytes));
    }
}
