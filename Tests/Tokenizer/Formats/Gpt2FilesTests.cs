using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Formats;

public class Gpt2FilesTests
{
    private static PipelineTokenizer? s_loaded;

    private static PipelineTokenizer Load() =>
        s_loaded ??= Gpt2Files.Load(SharedFiles.Require("data/tokenizers/gpt2-encoder.json"), SharedFiles.Require("data/tokenizers/gpt2-vocab.bpe"));

    [Test]
    public void GPT_2_gives_its_published_ids()
    {
        PipelineTokenizer tokenizer = Load();
        Assert.That((tokenizer.VocabularySize, tokenizer.EndOfText), Is.EqualTo((50257, (int?)50256)));
        Assert.That(tokenizer.Encode("Hello, world!"), Is.EqualTo(new[] { 15496, 11, 995, 0 }));
        Assert.That(tokenizer.Encode("Once upon a time"), Is.EqualTo(new[] { 7454, 2402, 257, 640 }));
        Assert.That(tokenizer.Encode("\n\n"), Is.EqualTo(new[] { 628 }));
    }

    [Test]
    public void Any_bytes_come_back_through_GPT_2()
    {
        PipelineTokenizer tokenizer = Load();
        var random = new Random(2);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] input = Texts.Random(random);
            List<int> ids = [];
            tokenizer.Encode(input, ids);
            byte[] back = [.. ids.SelectMany(id => tokenizer.TokenBytes(id).ToArray())];
            Assert.That(back.AsSpan().SequenceEqual(input), Is.True, () => Convert.ToHexString(input));
        }
    }

    [Test]
    public void The_file_form_of_Hugging_Face_keeps_GPT_2_whole()
    {
        PipelineTokenizer tokenizer = Load();
        TextTokenizer back = TokenizerJson.Parse(TokenizerJson.ToUtf8(tokenizer), "gpt2.json");
        string text = File.ReadAllText(SharedFiles.Require("data/text/tinyshakespeare.txt"))[..100_000];
        Assert.That(back.Encode(text), Is.EqualTo(tokenizer.Encode(text)));
    }

    [Test]
    public void Tinyshakespeare_has_338025_tokens()
    {
        PipelineTokenizer tokenizer = Load();
        string text = File.ReadAllText(SharedFiles.Require("data/text/tinyshakespeare.txt"));
        int cut = (int)(text.Length * 0.9);
        Assert.That((tokenizer.Encode(text[..cut]).Length, tokenizer.Encode(text[cut..]).Length), Is.EqualTo((301_966, 36_059)), "the counts that the well-known preparation script prints");
        Assert.That(CharacterTokenizer.Train([Encoding.UTF8.GetBytes(text)], endOfText: false).VocabularySize, Is.EqualTo(65));
    }

    [Test]
    public void The_two_files_come_back_with_their_special_tokens()
    {
        string folder = Directory.CreateTempSubdirectory("purellm").FullName;
        try
        {
            string vocabulary = Path.Combine(folder, "vocab.json"), merges = Path.Combine(folder, "merges.txt");
            PipelineTokenizer tokenizer = PipelineExamples.Load(PipelineExamples.ByteLevel("""[{"id":262,"content":"<s>","special":true},{"id":265,"content":"<｜end｜>","special":true}]"""));
            Gpt2Files.Save(tokenizer, vocabulary, merges);
            Assert.That(File.ReadAllText(merges), Is.EqualTo("#version: 0.2\nt h\nth e\nĠ the\nc a\nca t\nĠ cat\n"));
            PipelineTokenizer back = Gpt2Files.Load(vocabulary, merges);
            Assert.That(back.AddedTokens, Is.EqualTo(tokenizer.AddedTokens));
            Assert.That(back.VocabularySize, Is.EqualTo(266));
            foreach (string text in Texts.Difficult.Append("the cat <s>"))
            {
                Assert.That(back.Encode(text, EncodeOptions.Full), Is.EqualTo(tokenizer.Encode(text, EncodeOptions.Full)));
            }
            Assert.That(Gpt2Files.Load(vocabulary, merges, PieceScanner.Qwen2).Encode("12"), Is.EqualTo(tokenizer.Encode("12")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void What_the_two_files_cannot_say_is_refused()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => Gpt2Files.ToUtf8(PipelineExamples.Load(PipelineExamples.Bert)))!.Message, Does.Contain("WordPiece"));
        BytePairModel whole = new([.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), "cat"u8.ToArray()], [], ignoreMerges: true);
        Assert.That(Assert.Throws<TokenizerException>(() => Gpt2Files.ToUtf8(PipelineTokenizer.ByteLevel(whole, [])))!.Message, Does.Contain("token 256"));
    }

    [Test]
    public void A_broken_merges_file_names_its_line()
    {
        string folder = Directory.CreateTempSubdirectory("purellm").FullName;
        try
        {
            string vocabulary = Path.Combine(folder, "vocab.json"), merges = Path.Combine(folder, "merges.txt");
            File.WriteAllText(vocabulary, "{\"a\": 0}");
            File.WriteAllText(merges, "#version: 0.2\na\n");
            Assert.That(Assert.Throws<TokenizerException>(() => Gpt2Files.Load(vocabulary, merges))!.Message, Does.Contain("merges.txt:2: \"a\""));
            File.WriteAllText(merges, "#version: 0.2\na a\n");
            Assert.That(Assert.Throws<TokenizerException>(() => Gpt2Files.Load(vocabulary, merges))!.Message, Does.Contain("0x00"));
            File.WriteAllText(vocabulary, "{\"a\": ");
            Assert.That(Assert.Throws<TokenizerException>(() => Gpt2Files.Load(vocabulary, merges))!.Message, Does.Contain("vocab.json:1:"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
