using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats.Json;

namespace PureLlm.Tests.Tokenizer.Formats.Json;

public class NormalizerJsonTests
{
    [TestCase("""{"type":"NFC"}""")]
    [TestCase("""{"type":"NFKD"}""")]
    [TestCase("""{"type":"Lowercase"}""")]
    [TestCase("""{"type":"Nmt"}""")]
    [TestCase("""{"type":"StripAccents"}""")]
    [TestCase("""{"type":"ByteLevel"}""")]
    [TestCase("""{"type":"Strip","strip_left":true,"strip_right":false}""")]
    [TestCase("""{"type":"Prepend","prepend":"▁"}""")]
    [TestCase("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""")]
    [TestCase("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}""")]
    [TestCase("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":null,"lowercase":true}""")]
    [TestCase("""{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}""")]
    [TestCase("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"Sequence","normalizers":[]}]}""")]
    [TestCase("null")]
    public void What_is_read_is_written_again(string json) => Assert.That(Written(json), Is.EqualTo(json));

    [TestCase("""{"type":"NFX"}""", "normalizer.type is \"NFX\"")]
    [TestCase("""[]""", "normalizer is not an object")]
    [TestCase("""{"type":"Strip","strip_left":true}""", "normalizer.strip_right is missing")]
    [TestCase("""{"type":"Prepend"}""", "normalizer.prepend is missing")]
    [TestCase("""{"type":"Replace","pattern":{},"content":""}""", "normalizer.pattern must have one")]
    [TestCase("""{"type":"Replace","pattern":{"Regex":"(a)\\1"},"content":""}""", "normalizer.pattern pattern '(a)\\1', character 4: back references")]
    [TestCase("""{"type":"Replace","pattern":{"String":"a"}}""", "normalizer.content is missing")]
    [TestCase("""{"type":"Sequence","normalizers":[{"type":"NFC"},{}]}""", "normalizer.normalizers[1].type is missing")]
    public void What_is_not_understood_is_named(string json, string problem) =>
        Assert.That(() => Written(json), Throws.TypeOf<TokenizerException>().With.Message.StartsWith("x.json: ").And.Message.Contains(problem));

    private static string Written(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            NormalizerJson.Write(writer, NormalizerJson.Read(new JsonField("x.json", "normalizer", document.RootElement)));
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
