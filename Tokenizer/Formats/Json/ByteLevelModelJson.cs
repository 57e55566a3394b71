using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The model "BPE" behind ByteLevel, whose tokens are bytes in the byte alphabet.</summary>
internal static class ByteLevelModelJson
{
    /// <summary>Reads the model as one over raw bytes, with the id of each spelling; null where it is not one: a byte is missing, or a token is neither in the alphabet nor an added one.</summary>
    /// <param name="model">The object "model".</param>
    /// <param name="added">The texts of added tokens; the special ones among them that no merge makes are kept from being made of text.</param>
    public static (BytePairModel Model, Dictionary<string, int> Ids)? TryRead(JsonField model, IReadOnlyDictionary<string, AddedToken> added)
    {
        if (!Unset(model["continuing_subword_prefix"]) || !Unset(model["end_of_word_suffix"]))
        {
            return null;
        }
        byte[]?[] spellings = VocabularyJson.Read(model["vocab"], out Dictionary<string, int> ids);
        List<(int Left, int Right)> merges = BytePairModelJson.Merges(model["merges"], ids);
        var tokens = new byte[]?[spellings.Length];
        var single = new bool[256];
        foreach ((string spelling, int id) in ids)
        {
            tokens[id] = ByteAlphabet.Parse(spelling);
            if (tokens[id] is [var b])
            {
                single[b] = true;
            }
            if (tokens[id] is null && !added.ContainsKey(spelling))
            {
                return null;
            }
        }
        if (single.Contains(false))
        {
            return null;
        }
        HideSpecial(tokens, merges, added.Values, ids);
        try
        {
            var read = new BytePairModel(tokens, merges, model["ignore_merges"].Flag(false));
            return (BytePairModelJson.Dropout(model) is var dropout and > 0 ? read.WithDropout(dropout) : read, ids);
        }
        catch (TokenizerException error)
        {
            throw model.Wrong("is not a byte-level BPE model: " + error.Message.TrimEnd('.'));
        }
    }

    /// <summary>Writes the object "model".</summary>
    /// <param name="json">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="others">Tokens that the vocabulary lists although the model does not make them.</param>
    public static void Write(Utf8JsonWriter json, BytePairModel model, IEnumerable<AddedToken> others)
    {
        json.WriteStartObject();
        WriteOptions(json, model.IgnoresMerges, model.Dropout);
        Dictionary<int, string> unmade = others.ToDictionary(t => t.Id, t => t.Content);
        json.WriteStartObject("vocab");
        for (int id = 0; id < model.VocabularySize; id++)
        {
            if (model.Token(id) is { Length: > 0 } token)
            {
                json.WriteNumber(ByteAlphabet.Show(token.Span), id);
            }
            else if (unmade.TryGetValue(id, out string? content))
            {
                json.WriteNumber(content, id);
            }
        }
        foreach ((int id, string content) in unmade.Where(t => t.Key >= model.VocabularySize).OrderBy(t => t.Key))
        {
            json.WriteNumber(content, id);
        }
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((int left, int right) in model.Merges)
        {
            // No token of this alphabet holds a space, so the older form of one string is safe, and every version of their library reads it.
            json.WriteStringValue($"{ByteAlphabet.Show(model.Token(left).Span)} {ByteAlphabet.Show(model.Token(right).Span)}");
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The fields of the model before its tables.</summary>
    public static void WriteOptions(Utf8JsonWriter json, bool ignoreMerges, float dropout = 0)
    {
        json.WriteString("type", "BPE");
        BytePairModelJson.WriteDropout(json, dropout);
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", ignoreMerges);
    }

    private static bool Unset(JsonField field) => string.IsNullOrEmpty(field.Text(null));

    private static void HideSpecial(byte[]?[] tokens, List<(int Left, int Right)> merges, IEnumerable<AddedToken> added, Dictionary<string, int> ids)
    {
        int[] special = [.. added.Where(t => t.IsSpecial && ids.ContainsKey(t.Content)).Select(t => ids[t.Content]).Where(id => tokens[id] is { Length: > 1 })];
        HashSet<byte[]> made = new(ByteSequenceComparer.Instance);
        HashSet<int> parts = [];
        if (special.Length > 0)
        {
            foreach ((int left, int right) in merges)
            {
                parts.Add(left);
                parts.Add(right);
                made.Add([.. tokens[left] ?? [], .. tokens[right] ?? []]);
            }
        }
        foreach (int id in special.Where(id => !parts.Contains(id) && !made.Contains(tokens[id]!)))
        {
            tokens[id] = null;
        }
    }
}
