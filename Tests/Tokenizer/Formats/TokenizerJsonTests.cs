using System.Text;
using System.Text.Json.Nodes;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Training;

namespace PureLlm.Tests.Tokenizer.Formats;

public class TokenizerJsonTests
{
    private const string Sample = "the cat sat on the mat \"é𝄞\"\n the\tend <b> & 'quoted' \\ 12";

    private static IEnumerable<TextTokenizer> All()
    {
        ReadOnlyMemory<byte>[] text = [Encoding.UTF8.GetBytes(Sample)];
        yield return CharacterTokenizer.Train(text, endOfText: false);
        yield return CharacterTokenizer.Train(text, endOfText: true, unknown: true);
        yield return new ByteTokenizer(endOfText: false);
        yield return new ByteTokenizer();
        yield return WordTokenizer.Train(text, endOfText: true);
        yield return BytePairTrainer.Train(text, 290);
        yield return BytePairTrainer.Train(text, 256, endOfText: false);
    }

    private static TextTokenizer Changed(TextTokenizer tokenizer, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(TokenizerJson.ToUtf8(tokenizer))!;
        change(json);
        return TokenizerJson.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "my.json");
    }

    private static string Refused(Action<JsonNode> change)
    {
        TextTokenizer tokenizer = BytePairTrainer.Train([Encoding.UTF8.GetBytes(Sample)], 262);
        return Assert.Throws<TokenizerException>(() => Changed(tokenizer, change))!.Message;
    }

    [TestCaseSource(nameof(All))]
    public void A_tokenizer_comes_back_the_same(TextTokenizer tokenizer)
    {
        byte[] file = TokenizerJson.ToUtf8(tokenizer);
        TextTokenizer back = TokenizerJson.Parse(file, "my.json");
        Assert.That((back.GetType(), back.VocabularySize, back.EndOfText), Is.EqualTo((tokenizer.GetType(), tokenizer.VocabularySize, tokenizer.EndOfText)));
        Assert.That(back.Encode(Sample), Is.EqualTo(tokenizer.Encode(Sample)));
        Assert.That(back.Decode(back.Encode(Sample)), Is.EqualTo(Sample));
        Assert.That(TokenizerJson.ToUtf8(back), Is.EqualTo(file));
    }

    [Test]
    public void Bytes_are_written_in_the_byte_level_alphabet()
    {
        JsonNode json = JsonNode.Parse(TokenizerJson.ToUtf8(new ByteTokenizer()))!;
        JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
        Assert.That((int)vocabulary["Ġ"]!, Is.EqualTo(32));
        Assert.That((int)vocabulary["Ċ"]!, Is.EqualTo(10));
        Assert.That((int)vocabulary["A"]!, Is.EqualTo(65));
        Assert.That((int)vocabulary["Ń"]!, Is.EqualTo(0xad));
        Assert.That((string?)json["added_tokens"]![0]!["content"], Is.EqualTo("<|endoftext|>"));
    }

    [Test]
    public void Merges_are_read_as_texts_and_as_pairs()
    {
        PipelineTokenizer tokenizer = BytePairTrainer.Train([Encoding.UTF8.GetBytes(Sample)], 270);
        TextTokenizer pairs = Changed(tokenizer, json =>
        {
            JsonArray merges = json["model"]!["merges"]!.AsArray();
            json["model"]!["merges"] = new JsonArray([.. merges.Select(m => new JsonArray([.. ((string)m!).Split(' ').Select(p => JsonValue.Create(p))]))]);
        });
        Assert.That(((PipelineTokenizer)pairs).Merges, Is.EqualTo(tokenizer.Merges));
    }

    [Test]
    public void An_end_of_text_outside_the_model_vocabulary_is_taken_from_the_added_tokens()
    {
        PipelineTokenizer tokenizer = BytePairTrainer.Train([Encoding.UTF8.GetBytes(Sample)], 262);
        TextTokenizer back = Changed(tokenizer, json => json["model"]!["vocab"]!.AsObject().Remove("<|endoftext|>"));
        Assert.That((back.VocabularySize, back.EndOfText), Is.EqualTo((tokenizer.VocabularySize, tokenizer.EndOfText)));
        Assert.That(back.EndOfText, Is.EqualTo(back.VocabularySize - 1));
    }

    [Test]
    public void Broken_files_name_file_and_field()
    {
        Assert.That(Refused(j => j["model"]!["type"] = "Unigram"), Does.StartWith("my.json: model.vocab is not a list"));
        Assert.That(Refused(j => j["model"]!["type"] = "Trigram"), Does.StartWith("my.json: model.type is \"Trigram\""));
        Assert.That(Refused(j => j.AsObject().Remove("model")), Does.StartWith("my.json: model"));
        Assert.That(Refused(j => j["model"]!["vocab"]!["a"] = 98), Does.Contain("model.vocab gives the id 98 to both"));
        Assert.That(Refused(j => j["model"]!["vocab"]!["a"] = 2_000_000_000), Does.Contain("model.vocab.a is 2000000000"));
        Assert.That(Refused(j => j["model"]!["vocab"]!["a"] = -1), Does.Contain("model.vocab.a is -1"));
        Assert.That(Refused(j => j["model"]!["vocab"]!["a"] = "x"), Does.Contain("model.vocab.a is not a number"));
        Assert.That(Refused(j => j["model"]!["merges"]![2] = "a"), Does.Contain("model.merges[2] is \"a\""));
        Assert.That(Refused(j => j["model"]!["merges"]![0] = "q zz"), Does.Contain("model.merges[0]"));
        Assert.That(Refused(j => j["added_tokens"]![0]!["content"] = 3), Does.Contain("added_tokens[0].content is not a text"));
        Assert.That(Refused(j => j["added_tokens"]![0]!["id"] = -3), Does.Contain("added_tokens[0].id is -3"));
        Assert.That(Refused(j => j["version"] = "2.0"), Does.Contain("version is \"2.0\""));
        TokenizerException cut = Assert.Throws<TokenizerException>(() => TokenizerJson.Parse("{\"model\":\n {\"ty"u8.ToArray(), "my.json"))!;
        Assert.That(cut.Message, Does.StartWith("my.json:2:").And.Contain("not valid JSON"));
        Assert.That(Assert.Throws<TokenizerException>(() => TokenizerJson.Load("nowhere/t.json"))!.Message, Does.Contain("nowhere/t.json"));
    }
}
