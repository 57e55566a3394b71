using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The published split patterns as tokenizer.json has them before a byte-level model: ByteLevel for GPT-2's, otherwise Split steps and then ByteLevel.</summary>
internal static class ScannedSplitJson
{
    public static void Write(Utf8JsonWriter json, ScannerPreTokenizer split)
    {
        if (split.Scanner == PieceScanner.Gpt2)
        {
            WriteByteLevel(json, useRegex: true);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        foreach (string pattern in split.Scanner.Patterns)
        {
            WriteSplit(json, pattern);
        }
        WriteByteLevel(json, useRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A pre-tokenizer, post-processor or decoder "ByteLevel".</summary>
    public static void WriteByteLevel(Utf8JsonWriter json, bool useRegex, bool addPrefixSpace = false, bool trimOffsets = true)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", addPrefixSpace);
        json.WriteBoolean("trim_offsets", trimOffsets);
        json.WriteBoolean("use_regex", useRegex);
        json.WriteEndObject();
    }

    public static void WriteSplit(Utf8JsonWriter json, string pattern)
    {
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
    }
}
