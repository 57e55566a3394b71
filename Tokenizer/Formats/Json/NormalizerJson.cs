using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>Normalizers in tokenizer.json, both ways.</summary>
internal static class NormalizerJson
{
    private const int DeepestSequence = 20;

    /// <summary>The normalizer of a field; null where the field is absent or null.</summary>
    /// <param name="json">The field.</param>
    /// <param name="visible">For ByteLevel: true where the model's vocabulary is spelled in the visible alphabet, false where it holds bytes.</param>
    /// <exception cref="TokenizerException">Something in it is not understood; the message names the field.</exception>
    public static Normalizer? Read(JsonField json, bool visible = false) => json.IsNull ? null : Read(json, visible, 0);

    private static Normalizer Read(JsonField json, bool visible, int depth)
    {
        string type = json["type"].Text();
        return type switch
        {
            "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
            "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
            "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
            "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
            "Lowercase" => new LowercaseNormalizer(),
            "Nmt" => new NmtNormalizer(),
            "StripAccents" => new StripAccentsNormalizer(),
            "ByteLevel" => new ByteLevelNormalizer(visible),
            "Precompiled" => new PrecompiledNormalizer(Blob(json["precompiled_charsmap"])),
            "Strip" => new StripNormalizer(json["strip_left"].Flag(), json["strip_right"].Flag()),
            "Prepend" => new PrependNormalizer(json["prepend"].Text()),
            "Replace" => PatternJson.Build(json["pattern"], (pattern, isRegex) => new ReplaceNormalizer(pattern, isRegex, json["content"].Text())),
            "BertNormalizer" or "Bert" => new BertNormalizer(json["clean_text"].Flag(), json["handle_chinese_chars"].Flag(),
                json["strip_accents"].IsNull ? null : json["strip_accents"].Flag(), json["lowercase"].Flag()),
            "Sequence" when depth == DeepestSequence => throw json.Wrong($"is a Sequence within {DeepestSequence} others; write them as one"),
            "Sequence" => new SequenceNormalizer([.. json["normalizers"].Items().Select(item => Read(item, visible, depth + 1))]),
            _ => throw json["type"].Wrong($"is \"{type}\"; known are NFC, NFD, NFKC, NFKD, Lowercase, Nmt, Strip, StripAccents, Prepend, Replace, BertNormalizer, ByteLevel, Precompiled, Sequence"),
        };
    }

    /// <summary>Writes a normalizer as a value, null for none.</summary>
    public static void Write(Utf8JsonWriter json, Normalizer? normalizer)
    {
        if (normalizer is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", normalizer.Type);
        switch (normalizer)
        {
            case StripNormalizer strip:
                json.WriteBoolean("strip_left", strip.Left);
                json.WriteBoolean("strip_right", strip.Right);
                break;
            case PrecompiledNormalizer precompiled:
                json.WriteBase64String("precompiled_charsmap", precompiled.CharactersMap.Span);
                break;
            case PrependNormalizer prepend:
                json.WriteString("prepend", prepend.Prefix);
                break;
            case ReplaceNormalizer replace:
                PatternJson.Write(json, replace.Pattern, replace.IsRegex);
                json.WriteString("content", replace.Content);
                break;
            case BertNormalizer bert:
                WriteBert(json, bert);
                break;
            case SequenceNormalizer sequence:
                json.WriteStartArray("normalizers");
                foreach (Normalizer step in sequence.Steps)
                {
                    Write(json, step);
                }
                json.WriteEndArray();
                break;
        }
        json.WriteEndObject();
    }

    /// <summary>Bytes in base 64.</summary>
    private static byte[] Blob(JsonField json)
    {
        _ = json.Text();
        return json.Value.TryGetBytesFromBase64(out byte[]? blob) ? blob : throw json.Wrong("is not written in base 64");
    }

    private static void WriteBert(Utf8JsonWriter json, BertNormalizer bert)
    {
        json.WriteBoolean("clean_text", bert.CleanText);
        json.WriteBoolean("handle_chinese_chars", bert.HandleChineseChars);
        if (bert.StripAccents is { } strips)
        {
            json.WriteBoolean("strip_accents", strips);
        }
        else
        {
            json.WriteNull("strip_accents");
        }
        json.WriteBoolean("lowercase", bert.Lowercase);
    }
}
