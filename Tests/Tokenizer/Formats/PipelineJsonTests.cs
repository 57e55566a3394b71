using System.Text;
using System.Text.Json.Nodes;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Formats;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PostProcessors;

namespace PureLlm.Tests.Tokenizer.Formats;

public class PipelineJsonTests
{
    private static readonly string[] Files = [PipelineExamples.Bert, PipelineExamples.Llama, PipelineExamples.Unigram, PipelineExamples.ByteLevel()];

    private static PipelineTokenizer Changed(string file, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(file)!;
        change(json);
        return PipelineExamples.Load(json.ToJsonString());
    }

    private static string Refused(string file, Action<JsonNode> change) => Assert.Throws<TokenizerException>(() => Changed(file, change))!.Message;

    private static JsonNode Node(string json) => JsonNode.Parse(json)!;

    [Test]
    public void A_pipeline_comes_back_the_same([Range(0, 3)] int file)
    {
        PipelineTokenizer tokenizer = PipelineExamples.Load(Files[file]);
        byte[] written = TokenizerJson.ToUtf8(tokenizer);
        var back = (PipelineTokenizer)TokenizerJson.Parse(written, "back.json");
        Assert.That(TokenizerJson.ToUtf8(back), Is.EqualTo(written));
        Assert.That((back.VocabularySize, back.Kind, back.EndOfText), Is.EqualTo((tokenizer.VocabularySize, tokenizer.Kind, tokenizer.EndOfText)));
        foreach (string text in Texts.Difficult.Append("the cat <s> [MASK] sat <extra_id_0> é"))
        {
            int[] ids = tokenizer.Encode(text, EncodeOptions.Full);
            Assert.That(back.Encode(text, EncodeOptions.Full), Is.EqualTo(ids));
            Assert.That(back.Decode(ids), Is.EqualTo(tokenizer.Decode(ids)));
        }
    }

    [Test]
    public void Limits_of_length_come_back()
    {
        foreach (var (truncation, padding) in new (Truncation?, Padding?)[]
        {
            (new Truncation(7, TruncationStrategy.OnlySecond, 2, SequenceSide.Left), new Padding { Length = 9, MultipleOf = 4, Side = SequenceSide.Left, Id = 3, TypeId = 1, Token = "[SEP]" }),
            (null, new Padding()), (new Truncation(512), null),
        })
        {
            PipelineTokenizer tokenizer = PipelineExamples.Load(PipelineExamples.Bert).With(truncation, padding);
            PipelineParts parts = PipelineExamples.Load(Encoding.UTF8.GetString(TokenizerJson.ToUtf8(tokenizer))).Parts;
            Assert.That((parts.Truncation, parts.Padding), Is.EqualTo((truncation, padding)));
        }
    }

    [TestCase("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""")]
    [TestCase("""{"type":"RobertaProcessing","sep":["[SEP]",3],"cls":["[CLS]",2],"trim_offsets":false,"add_prefix_space":true}""")]
    [TestCase("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""")]
    [TestCase("""{"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":7}}],"pair":[{"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"x","type_id":2}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{"x":{"id":"x","ids":[3,4],"tokens":["[SEP]","[MASK]"]}}}]}""")]
    public void A_post_processor_is_written_as_it_was_read(string processor) => Written(PipelineExamples.Bert, "post_processor", processor);

    [TestCase("""{"type":"WordPiece","prefix":"@@","cleanup":false}""")]
    [TestCase("""{"type":"BPEDecoder","suffix":"</w>"}""")]
    [TestCase("""{"type":"CTC","pad_token":"<p>","word_delimiter_token":"_","cleanup":false}""")]
    [TestCase("""{"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":false}""")]
    [TestCase("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""")]
    [TestCase("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""")]
    public void A_decoder_is_written_as_it_was_read(string decoder) => Written(PipelineExamples.Llama, "decoder", decoder);

    private static void Written(string file, string field, string part)
    {
        PipelineTokenizer tokenizer = Changed(file, json => json[field] = Node(part));
        Assert.That(Node(Encoding.UTF8.GetString(TokenizerJson.ToUtf8(tokenizer)))[field]!.ToJsonString(), Is.EqualTo(Node(part).ToJsonString()));
    }

    [Test]
    public void Old_spellings_mean_what_they_meant()
    {
        PipelineTokenizer untyped = Changed(PipelineExamples.Bert, json => json["model"]!.AsObject().Remove("type"));
        Assert.That(untyped.Model, Is.InstanceOf<WordPieceModel>());
        Assert.That(Changed(PipelineExamples.Llama, json => json["model"]!.AsObject().Remove("type")).Model, Is.InstanceOf<CharacterBytePairModel>());
        Assert.That(Changed(PipelineExamples.Unigram, json => json["model"]!.AsObject().Remove("type")).Model, Is.InstanceOf<UnigramModel>());
        PipelineTokenizer metaspace = Changed(PipelineExamples.Unigram, json => json["decoder"] = Node("""{"type":"Metaspace","replacement":"▁","str_rep":"▁","add_prefix_space":false}"""));
        Assert.That(metaspace.Decode([3, 3]), Is.EqualTo(" the the"));
        PipelineTokenizer bert = Changed(PipelineExamples.Bert, json => json["post_processor"] = Node("""{"sep":["[SEP]",3],"cls":["[CLS]",2]}"""));
        Assert.That(bert.Parts.PostProcessor, Is.InstanceOf<BertProcessing>());
        PipelineTokenizer roberta = Changed(PipelineExamples.Bert, json => json["post_processor"] = Node("""{"sep":["[SEP]",3],"cls":["[CLS]",2],"trim_offsets":true,"add_prefix_space":false}"""));
        Assert.That(roberta.Parts.PostProcessor, Is.InstanceOf<RobertaProcessing>());
        PipelineTokenizer pairs = Changed(PipelineExamples.Llama, json => json["model"]!["merges"] = new JsonArray([.. json["model"]!["merges"]!.AsArray().Select(m => new JsonArray([.. ((string)m!).Split(' ').Select(p => JsonValue.Create(p))]))]));
        Assert.That(pairs.Encode("the cat"), Is.EqualTo(new[] { 13, 16 }));
    }

    [Test]
    public void A_byte_order_mark_before_the_file_is_passed_over() =>
        Assert.That(TokenizerJson.Parse((byte[])[0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(PipelineExamples.Bert)], "t.json").VocabularySize, Is.EqualTo(16));

    [Test]
    public void An_added_token_has_the_model_s_id_where_the_model_knows_it_and_else_the_file_s()
    {
        string file = PipelineExamples.ByteLevel("""[{"id":9,"content":"Ġthe","special":false,"normalized":false},{"id":262,"content":"<a>","special":true},{"id":300,"content":"<b>","special":true}]""");
        PipelineTokenizer tokenizer = PipelineExamples.Load(file);
        Assert.That(tokenizer.AddedTokens.Select(t => (t.Id, t.Content)), Is.EqualTo(new[] { (258, "Ġthe"), (262, "<a>"), (300, "<b>") }));
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(301));
        JsonNode written = Node(Encoding.UTF8.GetString(TokenizerJson.ToUtf8(tokenizer)));
        Assert.That((int)written["model"]!["vocab"]!["<b>"]!, Is.EqualTo(300), "the library numbers tokens by itself where the vocabulary does not");
    }

    [Test]
    public void A_vocabulary_in_the_byte_alphabet_becomes_bytes_and_any_other_stays_characters()
    {
        Assert.That(PipelineExamples.Load(PipelineExamples.ByteLevel()).Model.IsByteLevel, Is.True);
        PipelineTokenizer lacking = Changed(PipelineExamples.ByteLevel(), json => json["model"]!["vocab"]!.AsObject().Remove("Ā"));
        Assert.That(lacking.Model, Is.InstanceOf<CharacterBytePairModel>(), "a byte is missing");
        Assert.That(lacking.Encode("the cat\0 é"), Is.EqualTo(new[] { 257, 261, ' ', 0xc3, 0xa9 }), "and is left out, as in the library");
        PipelineTokenizer suffix = Changed(PipelineExamples.ByteLevel(), json => json["model"]!["end_of_word_suffix"] = "</w>");
        Assert.That(suffix.Model, Is.InstanceOf<CharacterBytePairModel>());
        PipelineTokenizer whole = Changed(PipelineExamples.ByteLevel(), json =>
        {
            json["model"]!["ignore_merges"] = true;
            json["model"]!["vocab"]!["Ġwhole"] = 262;
        });
        Assert.That(whole.Encode("a whole"), Is.EqualTo(new[] { 'a', 262 }));
    }

    [Test]
    public void A_special_token_that_the_merges_do_not_make_is_not_made_of_text()
    {
        string file = PipelineExamples.ByteLevel("""[{"id":262,"content":"<|endoftext|>","special":true}]""");
        PipelineTokenizer tokenizer = Changed(file, json =>
        {
            json["model"]!["vocab"]!["<|endoftext|>"] = 262;
            json["model"]!["ignore_merges"] = true;
            json["pre_tokenizer"]!["use_regex"] = false;
        });
        Assert.That((tokenizer.EndOfText, tokenizer.Model.VocabularySize), Is.EqualTo(((int?)262, 263)));
        Assert.That(tokenizer.Encode("<|endoftext|>"), Has.Length.EqualTo(13));
    }

    [Test]
    public void What_contradicts_itself_is_named()
    {
        Assert.That(Refused(PipelineExamples.Bert, j => j["model"]!["type"] = "Trigram"), Does.StartWith("example.json: model.type is \"Trigram\""));
        Assert.That(Refused(PipelineExamples.Bert, j => j["decoder"]!["type"] = "Rot13"), Does.StartWith("example.json: decoder.type is \"Rot13\""));
        Assert.That(Refused(PipelineExamples.Bert, j => j["normalizer"]!["type"] = "NFX"), Does.StartWith("example.json: normalizer.type is \"NFX\""));
        Assert.That(Refused(PipelineExamples.Bert, j => j["pre_tokenizer"]!["type"] = 3), Does.StartWith("example.json: pre_tokenizer.type is not a text"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["post_processor"]!["special_tokens"]!.AsObject().Remove("[SEP]")), Does.Contain("post_processor.special_tokens lacks \"[SEP]\""));
        Assert.That(Refused(PipelineExamples.Bert, j => j["post_processor"]!["single"]![0] = new JsonObject()), Does.Contain("post_processor.single[0]"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["post_processor"]!["special_tokens"]!["[CLS]"]!["ids"]![0] = -1), Does.Contain("post_processor.special_tokens.[CLS].ids[0] is -1"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["added_tokens"]!.AsArray().Add(Node("""{"id":5,"content":"<new>"}"""))), Does.Contain("added_tokens gives \"<new>\" the id 5"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["added_tokens"]![0] = 4), Does.Contain("added_tokens[0]"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["truncation"] = Node("""{"max_length":-1}""")), Does.Contain("truncation.max_length is -1"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["truncation"] = Node("""{"max_length":8,"strategy":"Shortest","stride":0}""")), Does.Contain("truncation.strategy is \"Shortest\""));
        Assert.That(Refused(PipelineExamples.Bert, j => j["padding"] = Node("""{"strategy":"Longest"}""")), Does.Contain("padding.strategy"));
        Assert.That(Refused(PipelineExamples.Llama, j => j["decoder"]!["decoders"]![3]!["content"] = "ab"), Does.Contain("decoder.decoders[3].content"));
        Assert.That(Refused(PipelineExamples.Llama, j => j["decoder"]!["decoders"]![0] = null), Does.Contain("decoder.decoders[0]"));
        Assert.That(Refused(PipelineExamples.Llama, j => j["model"]!["merges"]![0] = "▁  t"), Does.Contain("model.merges[0]"));
        Assert.That(Refused(PipelineExamples.Llama, j => j["model"]!["vocab"]!["cat"] = 3), Does.Contain("model.vocab gives the id 3 to both"));
    }

    [Test]
    public void Numbers_too_large_to_believe_cost_no_memory()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(Refused(PipelineExamples.Bert, j => j["added_tokens"]!.AsArray().Add(Node("""{"id":2000000000,"content":"<far>"}"""))), Does.Contain("\"<far>\" the id 2000000000"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["added_tokens"]!.AsArray().Add(Node("""{"id":4294967296,"content":"<far>"}"""))), Does.Contain("added_tokens[5].id is 4294967296"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["model"]!["vocab"]!["far"] = 16_000_000), Does.Contain("model.vocab.far is 16000000"));
        Assert.That(Refused(PipelineExamples.Bert, j => j["padding"] = Node("""{"strategy":{"Fixed":2147483647}}""")), Does.Contain("padding.strategy.Fixed is 2147483647"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(50_000_000));
    }

    [Test]
    public void A_file_cut_off_anywhere_is_refused_and_never_crashes()
    {
        byte[] file = Encoding.UTF8.GetBytes(PipelineExamples.Bert);
        for (int length = 0; length < file.Length - 9; length += 3)
        {
            Assert.That(() => TokenizerJson.Parse(file.AsMemory(0, length), "cut.json"), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("cut.json"));
        }
    }

    [Test]
    public void A_file_with_random_damage_is_read_or_refused()
    {
        var random = new Random(12);
        int refused = 0;
        for (int trial = 0; trial < 1_500; trial++)
        {
            byte[] file = Encoding.UTF8.GetBytes(Files[trial % Files.Length]);
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                int at = random.Next(file.Length);
                file[at] = random.Next(3) == 0 ? (byte)random.Next(256) : file[random.Next(file.Length)];
            }
            try
            {
                TextTokenizer tokenizer = TokenizerJson.Parse(file, "damaged.json");
                tokenizer.Decode(tokenizer.Encode("the cat"));
            }
            catch (TokenizerException error)
            {
                refused++;
                Assert.That(error.Message, Is.Not.Empty);
            }
        }
        Assert.That(refused, Is.GreaterThan(500));
    }

    [Test]
    public void Text_that_is_not_Unicode_and_endless_nesting_are_refused()
    {
        Assert.That(() => PipelineExamples.Load(PipelineExamples.Bert.Replace("[MASK]", "\\ud800", StringComparison.Ordinal)), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("example.json").And.Message.Contains("Unicode"));
        byte[] invalid = Encoding.UTF8.GetBytes(PipelineExamples.Bert);
        invalid[PipelineExamples.Bert.IndexOf("hello", StringComparison.Ordinal)] = 0xff;
        Assert.That(() => TokenizerJson.Parse(invalid, "example.json"), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("example.json"));
        string deep = string.Concat(Enumerable.Repeat("""{"type":"Sequence","decoders":[""", 40)) + """{"type":"Fuse"}""" + string.Concat(Enumerable.Repeat("]}", 40));
        Assert.That(() => PipelineExamples.Load(PipelineExamples.Bert.Replace("""{"type":"WordPiece","prefix":"##","cleanup":true}""", deep, StringComparison.Ordinal)), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("example.json"));
        Assert.That(() => PipelineExamples.Load(new string('[', 100_000)), Throws.TypeOf<TokenizerException>());
    }

    [Test]
    public void No_decoder_puts_spaces_between_tokens_that_are_not_bytes()
    {
        Assert.That(Changed(PipelineExamples.Bert, j => j["decoder"] = null).Decode([12, 13, 7]), Is.EqualTo("the cat ##s"));
        Assert.That(Changed(PipelineExamples.ByteLevel(), j => j["decoder"] = null).Decode([258, 261]), Is.EqualTo(" the cat"));
        Assert.That(Changed(PipelineExamples.ByteLevel(), j => j["decoder"] = Node("""{"type":"Fuse"}""")).Decode([258, 261]), Is.EqualTo("ĠtheĠcat"), "another decoder sees the spelling of the file");
        Assert.That(new FuseDecoder().Type, Is.EqualTo("Fuse"));
    }
}
