using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Formats;

public class TiktokenFileTests
{
    private static readonly string Bytes = string.Concat(Enumerable.Range(0, 256).Select(b => $"{Convert.ToBase64String([(byte)b])} {b}\n"));

    private static BytePairModel Parse(string text) => TiktokenFile.Parse(Encoding.ASCII.GetBytes(text), "x.tiktoken");

    private static int[] Encode(BytePairModel model, PieceScanner scanner, string text)
    {
        var tokens = new TokenBuffer();
        ((BytePairEncoder)model.CreateEncoder()).EncodeText(Encoding.UTF8.GetBytes(text), 0, scanner, tokens);
        return tokens.Ids.ToArray();
    }

    [Test]
    public void What_is_written_is_what_was_read()
    {
        string text = Bytes + $"{Convert.ToBase64String("th"u8)} 256\n{Convert.ToBase64String("the"u8)} 257\n{Convert.ToBase64String(" the"u8)} 260\n";
        BytePairModel model = Parse(text);
        Assert.That(Encoding.ASCII.GetString(TiktokenFile.ToUtf8(model)), Is.EqualTo(text));
        Assert.That(model.VocabularySize, Is.EqualTo(261), "a rank may be left out");
        Assert.That(model.Merges, Is.EqualTo(new[] { ((int)'t', (int)'h'), (256, 'e'), (' ', 257) }));
        Assert.That(Encode(Parse(text.Replace("\n", "\r\n")), PieceScanner.Gpt2, " then"), Is.EqualTo(new[] { 260, 'n' }));
    }

    [TestCase("IQ==\n", "x.tiktoken:257: must be")]
    [TestCase("IQ== x\n", "x.tiktoken:257: must be")]
    [TestCase("IQ== 1 2\n", "x.tiktoken:257: must be")]
    [TestCase("IQ== 99999999999999999999\n", "x.tiktoken:257: must be")]
    [TestCase("IQ== -1\n", "the rank -1")]
    [TestCase("IQ== 2000000000\n", "the rank 2000000000")]
    [TestCase("IQ== 15000000\n", "only 257 tokens")]
    [TestCase("I!== 256\n", "x.tiktoken:257: has a token that is not base 64")]
    [TestCase("YWI= 0\n", "the rank 0 is given twice")]
    [TestCase("YQ== 256\n", "97 and 256 have the same bytes")]
    public void A_broken_line_is_named(string line, string message) => Assert.That(Assert.Throws<TokenizerException>(() => Parse(Bytes + line))!.Message, Does.Contain(message));

    [Test]
    public void A_missing_byte_and_a_missing_file_are_named()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => Parse(Bytes.Replace("YQ== 97\n", "")))!.Message, Does.Contain("x.tiktoken: ").And.Contain("0x61"));
        Assert.That(Assert.Throws<TokenizerException>(() => Parse(""))!.Message, Does.Contain("0x00"));
        Assert.That(Assert.Throws<TokenizerException>(() => TiktokenFile.Load("nowhere.tiktoken"))!.Message, Does.Contain("nowhere.tiktoken"));
    }

    [Test]
    public void Merges_that_do_not_follow_from_the_ids_are_not_written()
    {
        byte[][] tokens = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), "bc"u8.ToArray(), "ab"u8.ToArray(), "abc"u8.ToArray()];
        Assert.That(Assert.Throws<TokenizerException>(() => TiktokenFile.ToUtf8(new BytePairModel(tokens, [('a', 'b'), ('b', 'c'), (257, 'c')])))!.Message, Does.Contain("'b' and 'c'"));
        Assert.That(Assert.Throws<TokenizerException>(() => TiktokenFile.ToUtf8(new BytePairModel(tokens, [('b', 'c'), ('a', 'b')])))!.Message, Does.Contain("'abc'"));
        Assert.DoesNotThrow(() => TiktokenFile.ToUtf8(new BytePairModel(tokens, [('b', 'c'), ('a', 'b'), ('a', 256)])));
    }

    // Ids from tiktoken 1.0.22 (npm).
    [TestCase("r50k_base", "gpt2", "Hello, world! don't 12345\n\n  x 日本語", new[] { 15496, 11, 995, 0, 836, 470, 17031, 2231, 628, 220, 2124, 10545, 245, 98, 17312, 105, 45739, 252 })]
    [TestCase("cl100k_base", "cl100k", "Hello, world! DON'T 12345\n\n  x 日本語", new[] { 9906, 11, 1917, 0, 45373, 17773, 220, 4513, 1774, 271, 220, 865, 76502, 22656, 45918, 252 })]
    [TestCase("o200k_base", "o200k", "Hello, worldWide! DON'T 12345\n\n  x 日本語", new[] { 13225, 11, 2375, 86303, 0, 153384, 220, 7633, 2548, 279, 220, 1215, 17428, 40909 })]
    public void Published_vocabularies_give_their_ids(string file, string scanner, string text, int[] ids)
    {
        BytePairModel model = TiktokenFile.Load(SharedFiles.Require($"data/tokenizers/{file}.tiktoken"));
        Assert.That(Encode(model, PieceScanner.All.First(s => s.Name == scanner), text), Is.EqualTo(ids));
        if (file == "r50k_base")
        {
            Assert.That(TiktokenFile.ToUtf8(model), Is.EqualTo(File.ReadAllBytes(SharedFiles.Require($"data/tokenizers/{file}.tiktoken"))));
        }
    }
}
