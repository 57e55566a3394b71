using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Formats.Gguf;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Formats;

public class VocabularyTextTests
{
    private const string Text = "[PAD]\n[UNK]\r\n[CLS]\n[SEP]\nun  \n##aff\n##able\ncafe\n!\n";

    private static PipelineTokenizer Parse(string text, bool? lowercase = null) => VocabularyText.Parse(Encoding.UTF8.GetBytes(text), "vocab.txt", lowercase);

    [Test]
    public void Lines_are_ids_and_text_is_prepared_as_BERT_does()
    {
        PipelineTokenizer tokenizer = Parse(Text);
        Assert.That(tokenizer.Encode("UNAFFABLE!café xyz"), Is.EqualTo(new[] { 4, 5, 6, 8, 7, 1 }));
        Assert.That(tokenizer.Encode("un", new EncodeOptions { AddsSpecialTokens = true }), Is.EqualTo(new[] { 2, 4, 3 }));
        Assert.That(tokenizer.Decode(new[] { 4, 5, 6, 8 }), Is.EqualTo("unaffable!"));
    }

    [Test]
    public void A_vocabulary_with_capitals_keeps_them()
    {
        Assert.That(Parse("[UNK]\nUn\n").Encode("Un un"), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(Parse("[UNK]\nUn\nun\n", lowercase: true).Encode("Un un"), Is.EqualTo(new[] { 2, 2 }));
    }

    [Test]
    public void The_file_comes_back()
    {
        string written = Encoding.UTF8.GetString(VocabularyText.ToUtf8((WordPieceModel)Parse(Text).Model));
        Assert.That(written, Is.EqualTo(Text.Replace("\r", "", StringComparison.Ordinal).Replace("un  ", "un", StringComparison.Ordinal)));
    }

    [Test]
    public void What_is_no_vocabulary_is_refused_with_its_line()
    {
        Assert.That(Assert.Throws<TokenizerException>(() => Parse(""))!.Message, Does.Contain("vocab.txt: the file is empty"));
        Assert.That(Assert.Throws<TokenizerException>(() => VocabularyText.Parse([0x61, 0x0A, 0xFF], "v.txt"))!.Message, Does.Contain("v.txt:2: the line is not UTF-8"));
        Assert.That(Assert.Throws<TokenizerException>(() => VocabularyText.ToUtf8(new WordPieceModel(["a\nb"u8.ToArray()])))!.Message, Does.Contain("token 0"));
    }

    [Test]
    public void A_vocabulary_goes_to_GGUF_and_back_by_file_name()
    {
        string folder = Directory.CreateTempSubdirectory("purellm").FullName;
        try
        {
            string text = Path.Combine(folder, "vocab.txt"), gguf = Path.Combine(folder, "bert.gguf");
            File.WriteAllText(text, Text);
            TextTokenizer tokenizer = TokenizerFile.Load(text);
            foreach ((string path, byte[] content) in TokenizerFile.ToFiles(tokenizer, gguf))
            {
                File.WriteAllBytes(path, content);
            }
            var back = (PipelineTokenizer)TokenizerFile.Load(gguf);
            Assert.That(back.Encode("unaffable café", new EncodeOptions { AddsSpecialTokens = true }), Is.EqualTo(new[] { 2, 4, 5, 6, 7, 3 }));
            Assert.That(GgufTokenizer.Load(gguf).Padding, Is.EqualTo(0));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
