using System.Text;
using PureLlm.Tests.Tokenizer.Formats.SentencePiece;
using PureLlm.Tests.Tokenizer.Models;
using PureLlm.Tests.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Formats.Gguf;
using PureLlm.Tokenizer.Formats.SentencePiece;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tests.Tokenizer.Formats.Gguf;

public class GgufTokenizerTests
{
    private static readonly EncodeOptions WithMarks = new() { AddsSpecialTokens = true };

    private static GgufTokenizer RoundTrip(GgufTokenizer tokenizer, int length = int.MaxValue)
    {
        var file = new GgufFile();
        tokenizer.WriteTo(file);
        byte[] bytes = GgufWriter.ToBytes(file);
        return GgufTokenizer.Read(GgufReader.Read(new MemoryStream(bytes[..Math.Min(length, bytes.Length)]), "x.gguf"));
    }

    private static PipelineTokenizer ByteLevel(PieceScanner scanner, bool ignoresMerges) => ByteLevel(new ScannerPreTokenizer(scanner), ignoresMerges);

    private static PipelineTokenizer ByteLevel(PreTokenizer split, bool ignoresMerges)
    {
        List<byte[]?> tokens = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), "he"u8.ToArray(), " t"u8.ToArray(), " the"u8.ToArray(), null];
        return new PipelineTokenizer(new PipelineParts
        {
            Model = new BytePairModel(tokens, [('h', 'e'), (' ', 't'), (257, 256)], ignoresMerges),
            PreTokenizer = split,
            AddedTokens = [new AddedToken { Id = 259, Content = "<|endoftext|>", IsSpecial = true }, new AddedToken { Id = 260, Content = "<tool>" }],
        });
    }

    [Test]
    public void A_byte_level_vocabulary_comes_back_with_its_split_and_marks()
    {
        foreach ((PieceScanner scanner, bool ignores, string name) in new[] { (PieceScanner.Gpt2, false, "gpt-2"), (PieceScanner.Llama3, true, "llama-bpe"), (PieceScanner.Qwen2, false, "qwen2"), (PieceScanner.O200k, false, "gpt-4o"), (PieceScanner.DeepSeek, false, "deepseek-v3"), (PieceScanner.Tekken, true, "tekken") })
        {
            PipelineTokenizer tokenizer = ByteLevel(scanner, ignores);
            var written = new GgufTokenizer { Tokenizer = tokenizer, Begin = 259, End = 259, AddsBegin = true, ChatTemplate = "{{ x }}" };
            var file = new GgufFile();
            written.WriteTo(file);
            Assert.That((file.Text("tokenizer.ggml.model"), file.Text("tokenizer.ggml.pre")), Is.EqualTo(("gpt2", name)));
            GgufTokenizer back = RoundTrip(written);
            foreach (string text in new[] { "the  the 12345 DON'T\r\n<tool>é", "", "<|endoftext|>" })
            {
                Assert.That(back.Tokenizer.Encode(text), Is.EqualTo(tokenizer.Encode(text)), name);
                Assert.That(back.Tokenizer.Decode(back.Tokenizer.Encode(text)), Is.EqualTo(text));
            }
            Assert.That((back.Begin, back.End, back.AddsBegin, back.AddsEnd, back.ChatTemplate), Is.EqualTo(((int?)259, (int?)259, true, false, "{{ x }}")));
            Assert.That(back.Tokenizer.Encode("he", WithMarks), Is.EqualTo(new[] { 259, 256 }));
            Assert.That((back.Tokenizer.IsSpecial(259), back.Tokenizer.IsSpecial(260), back.Tokenizer.VocabularySize), Is.EqualTo((true, false, 261)));
        }
    }

    [Test]
    public void Splits_without_a_scanner_come_back_by_their_names()
    {
        foreach ((string[] patterns, bool ignores, string[] names) in GgufSplits.Patterns)
        {
            PipelineTokenizer tokenizer = ByteLevel(GgufSplits.SplitBy(patterns), ignores);
            var file = new GgufFile();
            new GgufTokenizer { Tokenizer = tokenizer }.WriteTo(file);
            Assert.That(file.Text("tokenizer.ggml.pre"), Is.EqualTo(names[0]));
            PipelineTokenizer back = RoundTrip(new GgufTokenizer { Tokenizer = tokenizer }).Tokenizer;
            string text = "he  the 1234567 DON'T,\r\nthe日本 the";
            Assert.That(Pieces.Of(back.Parts.PreTokenizer!, text), Is.EqualTo(Pieces.Of(tokenizer.Parts.PreTokenizer!, text)));
            Assert.That(back.Encode(text), Is.EqualTo(tokenizer.Encode(text)));
        }
    }

    [TestCase("viking", " the 123.", " the| |1|2|3|.")]
    [TestCase("falcon", "x+=12345 6", "x|+=|123|45| 6")]
    [TestCase("superbpe", "the he 1234567", "the he |1|234|567")]
    [TestCase("seed-coder", "DON'T 12", "DON|'T| |1|2")]
    [TestCase("granite-embed-multi-97m", "getHe 1234", "get|He| |123|4")]
    public void A_split_cuts_as_its_name_says(string name, string text, string pieces)
    {
        (PreTokenizer split, _, _) = GgufSplits.Find(new GgufFile(), name);
        Assert.That(Pieces.Of(split, text), Is.EqualTo(pieces));
    }

    [Test]
    public void SentencePiece_vocabularies_come_back()
    {
        foreach ((byte[] model, string name) in new[] { (StoryModels.BytePair, "llama"), (StoryModels.Unigram, "t5") })
        {
            PipelineTokenizer tokenizer = SentencePieceFile.Parse(model, "x.model");
            var written = new GgufTokenizer { Tokenizer = tokenizer, Begin = 1, End = 2, Unknown = 0, AddsBegin = true, AddsEnd = true };
            var file = new GgufFile();
            written.WriteTo(file);
            Assert.That(file.Text("tokenizer.ggml.model"), Is.EqualTo(name));
            GgufTokenizer back = RoundTrip(written);
            foreach (string text in new[] { "  Once upon  a time <sep> moonlight é", "", "Mia" })
            {
                Assert.That(back.Tokenizer.Encode(text), Is.EqualTo(tokenizer.Encode(text)));
                Assert.That(back.Tokenizer.Encode(text, WithMarks), Is.EqualTo((int[])[1, .. tokenizer.Encode(text), 2]));
            }
        }
    }

    [Test]
    public void WordPiece_comes_back_through_marks_at_the_start_of_words()
    {
        byte[][] tokens = Vocab.Of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "!", "日");
        var tokenizer = new PipelineTokenizer(new PipelineParts
        {
            Model = new WordPieceModel(tokens),
            Normalizer = new BertNormalizer(),
            PreTokenizer = new BertPreTokenizer(),
            Decoder = new WordPieceDecoder(),
            AddedTokens = [.. Enumerable.Range(0, 4).Select(id => new AddedToken { Id = id, Content = Encoding.UTF8.GetString(tokens[id]), IsSpecial = true })],
        });
        var written = new GgufTokenizer { Tokenizer = tokenizer, Begin = 2, Separator = 3, Unknown = 1, AddsBegin = true, AddsEnd = true };
        var file = new GgufFile();
        written.WriteTo(file);
        Assert.That(file.List("tokenizer.ggml.tokens", GgufType.Text)!.Texts.Select(Encoding.UTF8.GetString), Is.EqualTo(new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁un", "aff", "able", "▁!", "▁日" }));
        GgufTokenizer back = RoundTrip(written);
        Assert.That(back.Tokenizer.Encode("Unaffable日! x", WithMarks), Is.EqualTo(new[] { 2, 4, 5, 6, 8, 7, 1, 3 }));
        Assert.That(back.Tokenizer.EncodeFull("un", "!", new EncodeOptions { AddsSpecialTokens = true }).Ids, Is.EqualTo(new[] { 2, 4, 3, 7, 3 }));
    }

    [Test]
    public void An_unknown_split_is_refused_by_name_unless_one_is_given()
    {
        var file = new GgufFile { Name = "x.gguf" };
        new GgufTokenizer { Tokenizer = ByteLevel(PieceScanner.Gpt2, false) }.WriteTo(file);
        var other = new GgufFile { Name = "x.gguf" };
        foreach ((string key, GgufValue value) in file.Entries)
        {
            other.Add(key, key == "tokenizer.ggml.pre" ? GgufValue.Of("klingon") : value);
        }
        Assert.That(Assert.Throws<TokenizerException>(() => GgufTokenizer.Read(other))!.Message, Does.StartWith("x.gguf: tokenizer.ggml.pre is \"klingon\"; known are gpt-2"));
        Assert.That(GgufTokenizer.Read(other, PieceScanner.Gpt2).Tokenizer.Encode(" the"), Is.EqualTo(new[] { 258 }));
    }

    [TestCase("tokenizer.ggml.model", "is \"rwkv\"")]
    [TestCase("tokenizer.ggml.merges", "entry 0")]
    [TestCase("tokenizer.ggml.token_type", "has 1 entries, but there are 261 tokens")]
    [TestCase("tokenizer.ggml.bos_token_id", "is 999, not a whole number from 0 to 260")]
    [TestCase("tokenizer.ggml.tokens", "not written in the byte alphabet")]
    public void A_wrong_value_is_refused_with_its_key(string key, string message)
    {
        var file = new GgufFile { Name = "x.gguf" };
        new GgufTokenizer { Tokenizer = ByteLevel(PieceScanner.Gpt2, false), Begin = 1 }.WriteTo(file);
        var wrong = new GgufFile { Name = "x.gguf" };
        foreach ((string name, GgufValue value) in file.Entries)
        {
            wrong.Add(name, name != key ? value : key switch
            {
                "tokenizer.ggml.model" => GgufValue.Of("rwkv"),
                "tokenizer.ggml.merges" => GgufValue.ListOf(["nospace"u8.ToArray()]),
                "tokenizer.ggml.token_type" => GgufValue.ListOf<int>([1]),
                "tokenizer.ggml.bos_token_id" => GgufValue.Of(999u),
                _ => GgufValue.ListOf([.. value.Texts.Take(260), "日本"u8.ToArray()]),
            });
        }
        if (key == "tokenizer.ggml.tokens")
        {
            wrong = Replace(wrong, "tokenizer.ggml.token_type", GgufValue.ListOf<int>([.. Enumerable.Repeat(1, 261)]));
        }
        Assert.That(Assert.Throws<TokenizerException>(() => GgufTokenizer.Read(wrong))!.Message, Does.StartWith("x.gguf: ").And.Contain(key).And.Contain(message));
    }

    [Test]
    public void What_the_format_cannot_say_is_not_written()
    {
        var words = new PipelineTokenizer(new PipelineParts { Model = new WordLevelModel(Vocab.Of("<unk>")) });
        Assert.That(Assert.Throws<TokenizerException>(() => new GgufTokenizer { Tokenizer = words }.WriteTo(new GgufFile()))!.Message, Does.Contain("WordLevelModel"));
        Assert.That(Assert.Throws<TokenizerException>(() => new GgufTokenizer { Tokenizer = ByteLevel(PieceScanner.Words, false) }.WriteTo(new GgufFile()))!.Message, Does.Contain("words"));
    }

    private static GgufFile Replace(GgufFile file, string key, GgufValue value)
    {
        var other = new GgufFile { Name = file.Name };
        foreach ((string name, GgufValue old) in file.Entries)
        {
            other.Add(name, name == key ? value : old);
        }
        return other;
    }
}
