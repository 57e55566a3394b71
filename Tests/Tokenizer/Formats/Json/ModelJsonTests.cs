using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tests.Tokenizer.Models;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Formats.Json;

public class ModelJsonTests
{
    private static JsonField Field(string json) => new("x.json", "model", JsonDocument.Parse(json).RootElement);

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Test]
    public void Each_model_comes_back_from_its_file_form()
    {
        const string wordPiece = """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":50,"vocab":{"[UNK]":0,"a":1,"##b":2}}""";
        Assert.That(Written(w => WordPieceModelJson.Write(w, WordPieceModelJson.Read(Field(wordPiece)))), Is.EqualTo(wordPiece));
        const string wordLevel = """{"type":"WordLevel","vocab":{"<unk>":0,"a":3},"unk_token":"<unk>"}""";
        Assert.That(Written(w => WordLevelModelJson.Write(w, WordLevelModelJson.Read(Field(wordLevel)))), Is.EqualTo(wordLevel));
        const string unigram = """{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-2.5]],"byte_fallback":true}""";
        Assert.That(Written(w => UnigramModelJson.Write(w, UnigramModelJson.Read(Field(unigram)))), Is.EqualTo(unigram));
        const string pairs = """{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,"end_of_word_suffix":"</w>","fuse_unk":true,"byte_fallback":true,"ignore_merges":false,"vocab":{"<unk>":0,"a":1,"aa":2},"merges":[["a","a"]]}""";
        Assert.That(Written(w => BytePairModelJson.Write(w, BytePairModelJson.Read(Field(pairs)))), Is.EqualTo(pairs));
    }

    [Test]
    public void Merges_may_be_texts_and_a_version_line_is_no_merge()
    {
        CharacterBytePairModel model = BytePairModelJson.Read(Field("""{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["#version: 0.2","a b"]}"""));
        Assert.That(Vocab.Tokens(model, "abb"), Is.EqualTo(new[] { "ab", "b" }));
    }

    [TestCase("""{"vocab":{"a":-1}}""", "model.vocab.a is -1")]
    [TestCase("""{"vocab":{"a":99999999}}""", "model.vocab.a is 99999999")]
    [TestCase("""{"vocab":{"a":0,"b":0}}""", "both \"a\" and \"b\"")]
    [TestCase("""{"vocab":{"a":0,"a":1}}""", "holds \"a\" twice")]
    [TestCase("""{"vocab":[]}""", "model.vocab is not an object")]
    [TestCase("""{}""", "model.vocab is missing")]
    [TestCase("""{"vocab":{"a":0},"merges":["a b"]}""", "model.merges[0] is \"a b\"")]
    [TestCase("""{"vocab":{"a":0},"merges":["a"]}""", "model.merges[0] is \"a\"")]
    [TestCase("""{"vocab":{"a":0},"merges":[["a","a","a"]]}""", "model.merges[0]")]
    [TestCase("""{"vocab":{"a":0},"merges":[],"dropout":2}""", "model.dropout is 2")]
    public void A_broken_BPE_is_refused_with_its_field(string json, string message)
    {
        Assert.That(Assert.Throws<TokenizerException>(() => BytePairModelJson.Read(Field(json)))!.Message, Does.StartWith("x.json: ").And.Contain(message));
    }

    [TestCase("""{"vocab":[["a"]]}""", "model.vocab[0] is not a pair")]
    [TestCase("""{"vocab":[["a",1e999]]}""", "model.vocab[0][1] is 1e999")]
    [TestCase("""{"vocab":[["a",0]],"unk_id":1}""", "model.unk_id is 1")]
    public void A_broken_Unigram_is_refused_with_its_field(string json, string message)
    {
        Assert.That(Assert.Throws<TokenizerException>(() => UnigramModelJson.Read(Field(json)))!.Message, Does.Contain(message));
    }

    [Test]
    public void Short_numbers_are_exact_and_long_ones_round_twice_as_their_first_reader_does()
    {
        foreach (string number in new[] { "0", "-0.5", "12", "-2.25e3", "1E-5", "-10.3125", "123456789012345", "1e22", "0.001" })
        {
            Assert.That(QuickNumber.Parse(number), Is.EqualTo(double.Parse(number, CultureInfo.InvariantCulture)), number);
        }
        Assert.That(QuickNumber.Parse("-10.874179999999999"), Is.EqualTo(-(10874179999999999.0 / 1e15)));
        Assert.That(QuickNumber.Parse("123456789012345678901234567890"), Is.EqualTo(1.2345678901234568e29).Within(1e15));
        Assert.That((QuickNumber.Parse("1e999"), QuickNumber.Parse("1e-999"), QuickNumber.Parse("0e99999999999")), Is.EqualTo((double.PositiveInfinity, 0.0, 0.0)));
    }
}
