using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The model "BPE": vocab, merges ("a b" or ["a", "b"]), and how unknown characters and the spelling of symbols are handled.</summary>
internal static class BytePairModelJson
{
    /// <summary>Reads BPE over characters.</summary>
    public static CharacterBytePairModel Read(JsonField model)
    {
        byte[]?[] tokens = VocabularyJson.Read(model["vocab"], out Dictionary<string, int> ids);
        return new CharacterBytePairModel(tokens, Merges(model["merges"], ids), Options(model));
    }

    public static void Write(Utf8JsonWriter writer, CharacterBytePairModel model)
    {
        writer.WriteStartObject();
        WriteOptions(writer, model.Options);
        VocabularyJson.Write(writer, model);
        writer.WriteStartArray("merges");
        foreach ((int left, int right) in model.Merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(VocabularyJson.Text(model.Token(left).Span, left));
            writer.WriteStringValue(VocabularyJson.Text(model.Token(right).Span, right));
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The field "dropout"; 0 where there is none.</summary>
    public static float Dropout(JsonField model)
    {
        JsonField dropout = model["dropout"];
        double probability = dropout.IsNull ? 0 : dropout.Number();
        return probability >= 0 && probability <= 1 ? (float)probability : throw dropout.Wrong($"is {dropout.Value.GetRawText()}, not a probability from 0 to 1");
    }

    public static void WriteDropout(Utf8JsonWriter writer, float dropout)
    {
        if (dropout > 0)
        {
            writer.WriteNumber("dropout", dropout);
        }
        else
        {
            writer.WriteNull("dropout");
        }
    }

    private static CharacterBytePairRules Options(JsonField model) => new()
    {
        Dropout = Dropout(model),
        UnknownToken = model["unk_token"].Text(null),
        ContinuingSubwordPrefix = Unset(model["continuing_subword_prefix"].Text(null)),
        EndOfWordSuffix = Unset(model["end_of_word_suffix"].Text(null)),
        FuseUnknown = model["fuse_unk"].Flag(false),
        ByteFallback = model["byte_fallback"].Flag(false),
        IgnoreMerges = model["ignore_merges"].Flag(false),
    };

    /// <summary>An empty prefix or suffix changes nothing.</summary>
    private static string? Unset(string? text) => text?.Length > 0 ? text : null;

    /// <summary>The merges as pairs of ids.</summary>
    public static List<(int Left, int Right)> Merges(JsonField merges, Dictionary<string, int> ids)
    {
        List<(int Left, int Right)> pairs = [];
        foreach (JsonField entry in merges.Items())
        {
            string[] pair = entry.IsText ? entry.Text().Split(' ') : [.. entry.Items().Take(3).Select(part => part.Text())];
            if (entry.IsText && pair[0].StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }
            if (pair.Length != 2 || !ids.TryGetValue(pair[0], out int left) || !ids.TryGetValue(pair[1], out int right))
            {
                throw entry.Wrong($"is {entry.Value.GetRawText()}; it must name two tokens of the vocabulary");
            }
            pairs.Add((left, right));
        }
        return pairs;
    }

    private static void WriteOptions(Utf8JsonWriter writer, CharacterBytePairRules options)
    {
        writer.WriteString("type", "BPE");
        WriteDropout(writer, options.Dropout);
        writer.WriteString("unk_token", options.UnknownToken);
        writer.WriteString("continuing_subword_prefix", options.ContinuingSubwordPrefix);
        writer.WriteString("end_of_word_suffix", options.EndOfWordSuffix);
        writer.WriteBoolean("fuse_unk", options.FuseUnknown);
        writer.WriteBoolean("byte_fallback", options.ByteFallback);
        writer.WriteBoolean("ignore_merges", options.IgnoreMerges);
    }
}
