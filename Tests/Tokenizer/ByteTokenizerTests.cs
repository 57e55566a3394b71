using System.Buffers;
using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Tests.Tokenizer;

public class ByteTokenizerTests
{
    [Test]
    public void Any_bytes_come_back()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Reverse().Select(i => (byte)i)];
        var tokenizer = new ByteTokenizer();
        List<int> ids = [];
        tokenizer.Encode(all, ids);
        var back = new ArrayBufferWriter<byte>();
        tokenizer.Decode(ids.ToArray(), back);
        Assert.That(back.WrittenSpan.ToArray(), Is.EqualTo(all));
        Assert.That((tokenizer.VocabularySize, tokenizer.EndOfText), Is.EqualTo((257, (int?)256)));
        Assert.That(new ByteTokenizer(endOfText: false).VocabularySize, Is.EqualTo(256));
    }

    [Test]
    public void A_stream_never_shows_half_a_character()
    {
        var tokenizer = new ByteTokenizer();
        const string Text = "aé€𝄞z";
        var decoder = new StreamingDecoder(tokenizer);
        List<string> parts = [.. tokenizer.Encode(Text).Select(decoder.Next)];
        Assert.That(parts.Where(p => p.Length > 0), Is.EqualTo(new[] { "a", "é", "€", "𝄞", "z" }));
        Assert.That(decoder.Finish(), Is.Empty);
        foreach (int id in Encoding.UTF8.GetBytes("𝄞")[..3])
        {
            Assert.That(decoder.Next(id), Is.Empty);
        }
        Assert.That(decoder.Finish(), Is.EqualTo("\ufffd"));
    }

    [Test]
    public void The_end_of_text_shows_its_name_but_no_text_makes_it()
    {
        var tokenizer = new ByteTokenizer();
        Assert.That(tokenizer.Decode([65, 256]), Is.EqualTo("A<|endoftext|>"));
        Assert.That(tokenizer.Encode("<|endoftext|>"), Has.Length.EqualTo(13).And.None.EqualTo(256));
    }
}
