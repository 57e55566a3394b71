using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.PreTokenizers;

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
            "Metaspace" => Metaspace(field),
            "WordPiece" => new WordPieceDecoder(field["prefix"].Text("##")!, field["cleanup"].Flag(true)),
            "BPEDecoder" => new BytePairDecoder(field["suffix"].Text("</w>")!),
            "CTC" => new CtcDecoder(field["pad_token"].Text("<pad>")!, field["word_delimiter_token"].Text("|")!, field["cleanup"].Flag(true)),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "Strip" => new StripDecoder(Character(field["content"]), field["start"].Whole(0, int.MaxValue), field["stop"].Whole(0, int.MaxValue)),
            "Replace" => PatternJson.Build(field["pattern"], (pattern, isRegex) => new ReplaceDecoder(pattern, field["content"].Text(), isRegex)),
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
                json.WriteString("replacement", metaspace.Replacement.ToString());
                json.WriteString("prepend_scheme", PreTokenizerJson.SchemeName(metaspace.Scheme));
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
                PatternJson.Write(json, replace.Pattern, replace.IsRegex);
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

    private static MetaspaceDecoder Metaspace(JsonField field)
    {
        (Rune replacement, PrependScheme scheme, bool splits) = PreTokenizerJson.ReadMetaspaceFields(field);
        return new MetaspaceDecoder(replacement, scheme, splits);
    }

    private static Rune Character(JsonField field) =>
        field.Text() is { Length: > 0 } text && Rune.GetRuneAt(text, 0) is var rune && rune.Utf16SequenceLength == text.Length
            ? rune : throw field.Wrong($"is \"{field.Text()}\", not one character");
}
