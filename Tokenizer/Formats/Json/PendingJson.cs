using System.Text.Json;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>Refuses by name the normalizers and pre-tokenizers that are not read yet.</summary>
internal static class PendingJson
{
    public static Normalizer? ReadNormalizer(JsonField field) => field.IsNull ? null : throw field.Wrong("is set, which changes the text; this version reads null");

    public static PreTokenizer? ReadPreTokenizer(JsonField field) => field.IsNull ? null : throw field.Wrong("is not a published split, which this version needs");

    public static void Write(Utf8JsonWriter json) => json.WriteNullValue();
}
