using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The project's own kinds in the terms of tokenizer.json: "bytes" as BPE without merges, "chars" and "words" as WordLevel behind a Split.</summary>
internal static class OwnKindsJson
{
    /// <summary>Splits off every character.</summary>
    private const string CharacterPattern = @"[\s\S]";

    /// <summary>The tokenizer, where the file is of one of these kinds; null for all others.</summary>
    public static TextTokenizer? TryRead(JsonField root)
    {
        if (!root.IsObject || !root["model"].IsObject || !root["pre_tokenizer"].IsObject
            || !(root["normalizer"].IsNull && root["post_processor"].IsNull && root["truncation"].IsNull && root["padding"].IsNull))
        {
            return null;
        }
        JsonField split = root["pre_tokenizer"], model = root["model"];
        return (Name(split["type"]), Name(model["type"])) switch
        {
            ("ByteLevel", "BPE") => IsBytes(root) ? new ByteTokenizer(model["vocab"].Value.GetPropertyCount() == 257) : null,
            ("Split", "WordLevel") when Name(model["unk_token"]) == TextTokenizer.UnknownMark && split["pattern"].IsObject => Name(split["pattern"]["Regex"]) switch
            {
                CharacterPattern => new CharacterTokenizer(Vocabulary(model["vocab"])),
                WordScan.Pattern => new WordTokenizer(Vocabulary(model["vocab"])),
                _ => null,
            },
            _ => null,
        };
    }

    public static void Write(Utf8JsonWriter json, TextTokenizer tokenizer)
    {
        bool bytes = tokenizer is ByteTokenizer;
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        AddedTokensJson.Write(json, [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.IsSpecial)
            .Select(id => new AddedToken { Id = id, Content = Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span), IsSpecial = true })]);
        json.WriteNull("normalizer");
        json.WritePropertyName("pre_tokenizer");
        if (bytes)
        {
            ScannedSplitJson.WriteByteLevel(json, useRegex: false);
        }
        else
        {
            ScannedSplitJson.WriteSplit(json, tokenizer is CharacterTokenizer ? CharacterPattern : WordScan.Pattern);
        }
        json.WriteNull("post_processor");
        json.WritePropertyName("decoder");
        DecoderJson.Write(json, bytes ? new Decoders.ByteLevelDecoder() : new Decoders.FuseDecoder());
        json.WriteStartObject("model");
        if (bytes)
        {
            ByteLevelModelJson.WriteOptions(json, ignoreMerges: false);
        }
        else
        {
            json.WriteString("type", "WordLevel");
        }
        json.WriteStartObject("vocab");
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            ReadOnlySpan<byte> token = tokenizer.TokenBytes(id).Span;
            json.WriteNumber(bytes && !tokenizer.IsSpecial(id) ? ByteAlphabet.Show(token) : Encoding.UTF8.GetString(token), id);
        }
        json.WriteEndObject();
        if (bytes)
        {
            json.WriteStartArray("merges");
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("unk_token", TextTokenizer.UnknownMark);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>True for BPE without merges and without a split, whose vocabulary is the bytes in order, and at most the end of text after them.</summary>
    private static bool IsBytes(JsonField root)
    {
        JsonField model = root["model"], level = root["pre_tokenizer"];
        if (level["use_regex"].Flag(true) || level["add_prefix_space"].Flag(false) || model["ignore_merges"].Flag(false) || model["byte_fallback"].Flag(false)
            || model["merges"].IsNull || model["merges"].Items().Any() || !model["vocab"].IsObject || model["vocab"].Value.GetPropertyCount() is not (256 or 257))
        {
            return false;
        }
        return model["vocab"].Fields().All(entry => entry.Field.Value.ValueKind == JsonValueKind.Number && entry.Field.Value.TryGetInt32(out int id)
            && (id == 256 ? entry.Name == TextTokenizer.EndOfTextMark : ByteAlphabet.Parse(entry.Name) is [var b] && b == id));
    }

    /// <summary>The tokens by id, which must run from 0 without a gap.</summary>
    private static string[] Vocabulary(JsonField vocabulary)
    {
        int count = vocabulary.Fields().Count();
        var tokens = new string?[count];
        foreach ((string token, JsonField field) in vocabulary.Fields())
        {
            int id = field.Whole(0, count - 1);
            tokens[id] = tokens[id] is { } other ? throw vocabulary.Wrong($"gives the id {id} to both \"{other}\" and \"{token}\"") : token;
        }
        return tokens!;
    }

    private static string? Name(JsonField field) => field.IsText ? field.Text() : null;
}
