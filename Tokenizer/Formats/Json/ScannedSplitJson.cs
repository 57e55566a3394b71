using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The published split patterns as tokenizer.json has them before a byte-level model: ByteLevel for GPT-2's, otherwise Split steps and then ByteLevel.</summary>
internal static class ScannedSplitJson
{
    /// <summary>The scanner of a "pre_tokenizer", where its patterns are published ones and it does not change the text; null for others.</summary>
    public static ScannerPreTokenizer? TryRead(JsonField field)
    {
        if (!field.IsObject || !field["type"].IsText)
        {
            return null;
        }
        JsonField[] steps = field["type"].Text() == "Sequence" ? [.. field["pretokenizers"].Items()] : [field];
        if (steps.Length == 0 || !steps[^1].IsObject || !IsPlainByteLevel(steps[^1], out bool splits) || (splits && steps.Length > 1))
        {
            return null;
        }
        if (splits)
        {
            return new ScannerPreTokenizer(PieceScanner.Gpt2);
        }
        string?[] patterns = [.. steps[..^1].Select(IsolatedPattern)];
        return patterns.Length > 0 && patterns.All(p => p is not null) && PieceScanner.Find([.. patterns.Select(p => p!)]) is { } scanner ? new ScannerPreTokenizer(scanner) : null;
    }

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

    private static bool IsPlainByteLevel(JsonField step, out bool splits)
    {
        splits = false;
        if (step["type"].Text(null) != "ByteLevel" || step["add_prefix_space"].Flag(true))
        {
            return false;
        }
        splits = step["use_regex"].Flag(true);
        return true;
    }

    private static string? IsolatedPattern(JsonField step) =>
        step.IsObject && step["type"].Text(null) == "Split" && step["behavior"].Text(null) == "Isolated" && !step["invert"].Flag(false) && step["pattern"].IsObject
            ? step["pattern"]["Regex"].Text(null) : null;
}
