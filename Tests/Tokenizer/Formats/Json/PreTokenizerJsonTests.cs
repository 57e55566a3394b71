using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.Json;

namespace PureLlm.Tests.Tokenizer.Formats.Json;

public class PreTokenizerJsonTests
{
    [TestCase("""{"type":"BertPreTokenizer"}""")]
    [TestCase("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":false}""")]
    [TestCase("""{"type":"CharDelimiterSplit","delimiter":"é"}""")]
    [TestCase("""{"type":"Digits","individual_digits":true}""")]
    [TestCase("""{"type":"FixedLength","length":7}""")]
    [TestCase("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [TestCase("""{"type":"Punctuation","behavior":"Contiguous"}""")]
    [TestCase("""{"type":"Split","pattern":{"Regex":"\\s+"},"behavior":"MergedWithPrevious","invert":true}""")]
    [TestCase("""{"type":"Split","pattern":{"String":"+"},"behavior":"Removed","invert":false}""")]
    [TestCase("""{"type":"UnicodeScripts"}""")]
    [TestCase("""{"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"WhitespaceSplit"}]}""")]
    public void What_is_read_is_written_again(string json) => Assert.That(Written(json), Is.EqualTo(json));

    [TestCase("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}""", """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""")]
    [TestCase("""{"type":"Punctuation"}""", """{"type":"Punctuation","behavior":"Isolated"}""")]
    [TestCase("""{"type":"FixedLength"}""", """{"type":"FixedLength","length":5}""")]
    [TestCase("""{"type":"Metaspace","replacement":"_","str_rep":"_","add_prefix_space":true}""", """{"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true}""")]
    [TestCase("""{"type":"Metaspace","replacement":"_","add_prefix_space":false}""", """{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":true}""")]
    public void What_older_files_leave_out_has_its_default(string json, string expected) => Assert.That(Written(json), Is.EqualTo(expected));

    [TestCase("""{"type":"Spaces"}""", "pre_tokenizer.type is \"Spaces\"")]
    [TestCase("""{}""", "pre_tokenizer.type is missing")]
    [TestCase("""{"type":"ByteLevel"}""", "pre_tokenizer.add_prefix_space is missing")]
    [TestCase("""{"type":"Digits","individual_digits":"yes"}""", "pre_tokenizer.individual_digits is not true or false")]
    [TestCase("""{"type":"FixedLength","length":0}""", "pre_tokenizer.length is 0")]
    [TestCase("""{"type":"CharDelimiterSplit","delimiter":"ab"}""", "pre_tokenizer.delimiter has 2 characters")]
    [TestCase("""{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}""", "pre_tokenizer.prepend_scheme is \"last\"")]
    [TestCase("""{"type":"Metaspace","replacement":"_","prepend_scheme":"always","add_prefix_space":false}""", "pre_tokenizer.add_prefix_space is false")]
    [TestCase("""{"type":"Split","pattern":{"Regex":"a","String":"b"},"behavior":"Removed","invert":false}""", "pre_tokenizer.pattern must have one")]
    [TestCase("""{"type":"Split","pattern":{"Regex":"a("},"behavior":"Removed","invert":false}""", "pre_tokenizer.pattern pattern 'a(', character 2")]
    [TestCase("""{"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"Split","pattern":{"String":"a"},"behavior":"Gone","invert":false}]}""", "pre_tokenizer.pretokenizers[1].behavior is \"Gone\"")]
    public void What_is_not_understood_is_named(string json, string problem) =>
        Assert.That(() => Written(json), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("x.json: ").And.Message.Contains(problem));

    [Test]
    public void Sequences_nest_only_so_deep()
    {
        string json = string.Concat(Enumerable.Repeat("""{"type":"Sequence","pretokenizers":[""", 25)) + """{"type":"Whitespace"}""" + string.Concat(Enumerable.Repeat("]}", 25));
        Assert.That(() => Written(json), Throws.TypeOf<TokenizerException>().With.Message.Contains("within 20 others"));
    }

    [Test]
    public void Null_is_no_pre_tokenizer() => Assert.That(Written("null"), Is.EqualTo("null"));

    private static string Written(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            PreTokenizerJson.Write(writer, PreTokenizerJson.Read(new JsonField("x.json", "pre_tokenizer", document.RootElement)));
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
