using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Decoders;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The object "decoder".</summary>
internal static class DecoderJson
{
    public static TokenDecoder? Read(JsonField field)
    {
        if (field.IsNull)
        {
            return null;
        }
        return field["type"].Text() switch
        {
            "ByteLevel" => new ByteLevelDecoder(field["add_prefix_space"].Flag(true), field["trim_offsets"].Flag(true), field["use_regex"].Flag(true)),
            "Metaspace" => new MetaspaceDecoder(Character(field["replacement"]).ToString(), PrependScheme(field), field["split"].Flag(true)),
            "WordPiece" => new WordPieceDecoder(field["prefix"].Text("##")!, field["cleanup"].Flag(true)),
            "BPEDecoder" => new BytePairDecoder(field["suffix"].Text("</w>")!),
            "CTC" => new CtcDecoder(field["pad_token"].Text("<pad>")!, field["word_delimiter_token"].Text("|")!, field["cleanup"].Flag(true)),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "Strip" => new StripDecoder(Character(field["content"]), field["start"].Whole(0, int.MaxValue), field["stop"].Whole(0, int.MaxValue)),
            "Replace" => Replace(field),
            "Sequence" => new SequenceDecoder([.. field["decoders"].Items().Select(item => Read(item) ?? throw item.Wrong("is null, not a decoder"))]),
            string other => throw field["type"].Wrong($"is \"{other}\"; the decoders are ByteLevel, Metaspace, WordPiece, BPEDecoder, CTC, ByteFallback, Fuse, Strip, Replace and Sequence"),
        };
    }

    public static void Write(Utf8JsonWriter json, TokenDecoder? decoder)
    {
        if (decoder is null)
        {
            json.WriteNullValue();
            return;
        }
        if (decoder is ByteLevelDecoder level)
        {
            ScannedSplitJson.WriteByteLevel(json, level.UseRegex, level.AddPrefixSpace, level.TrimOffsets);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", decoder.Type);
        WriteFields(json, decoder);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, TokenDecoder decoder)
    {
        switch (decoder)
        {
            case MetaspaceDecoder metaspace:
                json.WriteString("replacement", metaspace.Replacement);
                json.WriteString("prepend_scheme", metaspace.PrependScheme);
                json.WriteBoolean("split", metaspace.Split);
                break;
            case WordPieceDecoder wordPiece:
                json.WriteString("prefix", wordPiece.Prefix);
                json.WriteBoolean("cleanup", wordPiece.Cleanup);
                break;
            case BytePairDecoder bytePair:
                json.WriteString("suffix", bytePair.Suffix);
                break;
            case CtcDecoder ctc:
                json.WriteString("pad_token", ctc.PadToken);
                json.WriteString("word_delimiter_token", ctc.WordDelimiterToken);
                json.WriteBoolean("cleanup", ctc.Cleanup);
                break;
            case StripDecoder strip:
                json.WriteString("content", strip.Content.ToString());
                json.WriteNumber("start", strip.Start);
                json.WriteNumber("stop", strip.Stop);
                break;
            case ReplaceDecoder replace:
                json.WriteStartObject("pattern");
                json.WriteString("String", replace.Pattern);
                json.WriteEndObject();
                json.WriteString("content", replace.Content);
                break;
            case SequenceDecoder sequence:
                json.WriteStartArray("decoders");
                foreach (TokenDecoder step in sequence.Decoders)
                {
                    Write(json, step);
                }
                json.WriteEndArray();
                break;
        }
    }

    /// <summary>"always", "first" or "never"; files from before 2024 say add_prefix_space instead.</summary>
    private static string PrependScheme(JsonField field)
    {
        JsonField scheme = field["prepend_scheme"];
        if (!field["add_prefix_space"].Flag(true))
        {
            return scheme.Text("never") == "never" ? "never" : throw scheme.Wrong("contradicts add_prefix_space = false");
        }
        string name = scheme.Text("always")!;
        return name is "always" or "first" or "never" ? name : throw scheme.Wrong($"is \"{name}\", not \"always\", \"first\" or \"never\"");
    }

    private static TokenDecoder Replace(JsonField field)
    {
        JsonField pattern = field["pattern"];
        return !pattern["String"].IsNull ? new ReplaceDecoder(pattern["String"].Text(), field["content"].Text())
            : throw pattern.Wrong("is not {\"String\": …}; this version's decoders replace plain text");
    }

    private static Rune Character(JsonField field) =>
        field.Text() is { Length: > 0 } text && Rune.GetRuneAt(text, 0) is var rune && rune.Utf16SequenceLength == text.Length
            ? rune : throw field.Wrong($"is \"{field.Text()}\", not one character");
}
