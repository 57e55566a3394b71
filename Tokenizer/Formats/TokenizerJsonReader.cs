using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats;

/// <summary>Reads the parts of a tokenizer.json, and refuses by name what would give other ids than the file's author saw.</summary>
internal sealed class TokenizerJsonReader(string file)
{
    public TextTokenizer Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("the file", "is not a JSON object");
        }
        RequireNull(root, "normalizer");
        JsonElement model = Field(root, "model", JsonValueKind.Object, "model");
        string type = Text(model, "type", "model.type");
        string?[] tokens = Vocabulary(model, out Dictionary<string, int> ids);
        List<int> special = AddedTokens(root, ref tokens, ids);
        return type switch
        {
            "BPE" => BytePairs(root, model, tokens, ids, special),
            "WordLevel" => WordLevel(root, tokens),
            _ => throw Wrong("model.type", $"is \"{type}\"; this version reads \"BPE\" (byte level) and \"WordLevel\""),
        };
    }

    private TextTokenizer BytePairs(JsonElement root, JsonElement model, string?[] tokens, Dictionary<string, int> ids, List<int> special)
    {
        foreach (string field in new[] { "dropout", "continuing_subword_prefix", "end_of_word_suffix" })
        {
            RequireUnset(model, field);
        }
        if (model.TryGetProperty("byte_fallback", out JsonElement fallback) && fallback.ValueKind == JsonValueKind.True)
        {
            throw Wrong("model.byte_fallback", "is true (a SentencePiece vocabulary); this version reads byte-level BPE");
        }
        if (model.TryGetProperty("ignore_merges", out JsonElement ignore) && ignore.ValueKind == JsonValueKind.True)
        {
            throw Wrong("model.ignore_merges", "is true; this version merges by rank alone");
        }
        bool splits = ByteLevel(root);
        List<(int Left, int Right)> merges = Merges(model, ids);
        byte[][] bytes = [.. tokens.Select((t, id) => special.Contains(id) ? Encoding.UTF8.GetBytes(t!)
            : ByteAlphabet.Parse(t!) ?? throw Wrong("model.vocab", $"holds \"{t}\", which is not written in the byte-level alphabet"))];
        if (!splits)
        {
            bool plain = merges.Count == 0 && bytes.Length == 256 + special.Count && Enumerable.Range(0, 256).All(b => bytes[b].AsSpan().SequenceEqual([(byte)b]));
            return plain && special.Count <= 1 && (special.Count == 0 || tokens[256] == TextTokenizer.EndOfTextMark)
                ? new ByteTokenizer(special.Count == 1)
                : throw Wrong("pre_tokenizer.use_regex", "is false; this version merges within the pieces of GPT-2's pattern");
        }
        try
        {
            return new BytePairTokenizer(bytes, merges, special);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerException($"{file}: model: {error.Message}", error);
        }
    }

    private TextTokenizer WordLevel(JsonElement root, string?[] tokens)
    {
        JsonElement split = Field(root, "pre_tokenizer", JsonValueKind.Object, "pre_tokenizer");
        string pattern = Text(split, "type", "pre_tokenizer.type") == "Split"
            ? Text(Field(split, "pattern", JsonValueKind.Object, "pre_tokenizer.pattern"), "Regex", "pre_tokenizer.pattern.Regex")
            : throw Wrong("pre_tokenizer.type", "is not \"Split\", which a WordLevel model needs here");
        try
        {
            return pattern switch
            {
                TokenizerJson.CharacterPattern => new CharacterTokenizer(tokens!),
                WordScan.Pattern => new WordTokenizer(tokens!),
                _ => throw Wrong("pre_tokenizer.pattern.Regex", $"is \"{pattern}\"; this version reads the patterns of its own \"chars\" and \"words\""),
            };
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(file, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{file}: model.vocab: {error.Message}", error);
        }
    }

    /// <summary>True where the ByteLevel pre-tokenizer splits by GPT-2's pattern (the default).</summary>
    private bool ByteLevel(JsonElement root)
    {
        JsonElement level = Field(root, "pre_tokenizer", JsonValueKind.Object, "pre_tokenizer");
        if (Text(level, "type", "pre_tokenizer.type") is var type and not "ByteLevel")
        {
            throw Wrong("pre_tokenizer.type", $"is \"{type}\"; this version reads BPE behind \"ByteLevel\"");
        }
        if (level.TryGetProperty("add_prefix_space", out JsonElement prefix) && prefix.ValueKind == JsonValueKind.True)
        {
            throw Wrong("pre_tokenizer.add_prefix_space", "is true, which changes the text; this version reads false");
        }
        return !level.TryGetProperty("use_regex", out JsonElement splits) || splits.ValueKind != JsonValueKind.False;
    }

    private string?[] Vocabulary(JsonElement model, out Dictionary<string, int> ids)
    {
        JsonElement vocabulary = Field(model, "vocab", JsonValueKind.Object, "model.vocab");
        ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
            {
                throw Wrong("model.vocab", $"gives \"{entry.Name}\" the id {entry.Value.GetRawText()}, which is not a whole number from 0");
            }
            if (!ids.TryAdd(entry.Name, id))
            {
                throw Wrong("model.vocab", $"holds \"{entry.Name}\" twice");
            }
        }
        if (ids.Count == 0)
        {
            throw Wrong("model.vocab", "is empty");
        }
        return ById(ids);
    }

    private string?[] ById(Dictionary<string, int> ids)
    {
        var tokens = new string?[ids.Count];
        foreach ((string token, int id) in ids)
        {
            if (id >= tokens.Length)
            {
                throw Wrong("model.vocab", $"gives \"{token}\" the id {id}, but there are only {tokens.Length} tokens; ids must run from 0 without a gap");
            }
            tokens[id] = tokens[id] is { } other ? throw Wrong("model.vocab", $"gives the id {id} to both \"{other}\" and \"{token}\"") : token;
        }
        return tokens;
    }

    private List<int> AddedTokens(JsonElement root, ref string?[] tokens, Dictionary<string, int> ids)
    {
        List<int> special = [];
        if (!root.TryGetProperty("added_tokens", out JsonElement added) || added.ValueKind == JsonValueKind.Null)
        {
            return special;
        }
        if (added.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("added_tokens", "is not a list");
        }
        foreach (JsonElement entry in added.EnumerateArray())
        {
            string content = Text(entry, "content", "added_tokens.content");
            JsonElement number = Field(entry, "id", JsonValueKind.Number, "added_tokens.id");
            int id = number.TryGetInt32(out int whole) ? whole : throw Wrong("added_tokens.id", $"is {number.GetRawText()}, not a whole number");
            if (ids.TryAdd(content, id))
            {
                tokens = ById(ids);
            }
            else if (ids[content] != id)
            {
                throw Wrong("added_tokens", $"gives \"{content}\" the id {id}, but model.vocab says {ids[content]}");
            }
            special.Add(id);
        }
        return special;
    }

    private List<(int Left, int Right)> Merges(JsonElement model, Dictionary<string, int> ids)
    {
        List<(int Left, int Right)> merges = [];
        foreach (JsonElement entry in Field(model, "merges", JsonValueKind.Array, "model.merges").EnumerateArray())
        {
            string[] pair = entry.ValueKind switch
            {
                JsonValueKind.String => entry.GetString()!.Split(' '),
                JsonValueKind.Array => [.. entry.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : "")],
                _ => [],
            };
            if (pair.Length != 2 || !ids.TryGetValue(pair[0], out int left) || !ids.TryGetValue(pair[1], out int right))
            {
                throw Wrong("model.merges", $"entry {merges.Count} is {entry.GetRawText()}; it must name two tokens of model.vocab");
            }
            merges.Add((left, right));
        }
        return merges;
    }

    private void RequireNull(JsonElement root, string field)
    {
        if (root.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
        {
            throw Wrong(field, "is set, which changes the text; this version reads null");
        }
    }

    private void RequireUnset(JsonElement model, string field)
    {
        if (model.TryGetProperty(field, out JsonElement value)
            && !(value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.GetString() == "") || (value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0)))
        {
            throw Wrong("model." + field, $"is {value.GetRawText()}; this version reads null");
        }
    }

    private JsonElement Field(JsonElement parent, string field, JsonValueKind kind, string path) =>
        parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(field, out JsonElement value) ? throw Wrong(path, "is missing")
        : value.ValueKind != kind ? throw Wrong(path, $"is not {(kind == JsonValueKind.Object ? "an object" : kind == JsonValueKind.Array ? "a list" : kind == JsonValueKind.Number ? "a number" : "a text")}")
        : value;

    private string Text(JsonElement parent, string field, string path) => Field(parent, field, JsonValueKind.String, path).GetString()!;

    private TokenizerException Wrong(string field, string problem) => new($"{file}: {field} {problem}.");
}
