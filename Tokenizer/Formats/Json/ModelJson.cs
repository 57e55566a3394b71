using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The object "model", and the pre-tokenizer before it: the two agree on whether tokens are bytes.</summary>
internal static class ModelJson
{
    /// <summary>Reads both, with a way to find the model's id of a spelling (−1 for none).</summary>
    public static (TokenModel Model, Func<string, int> Find, PreTokenizer? PreTokenizer) Read(JsonField root, IReadOnlyDictionary<string, AddedToken> added)
    {
        JsonField model = root["model"], split = root["pre_tokenizer"];
        string type = model["type"].Text(null) ?? TypeByFields(model);
        if (type == "BPE" && EndsInByteLevel(split) && !HoldsByteLevel(root["normalizer"]) && ByteLevelModelJson.TryRead(model, added) is { } bytes)
        {
            return (bytes.Model, spelling => bytes.Ids.GetValueOrDefault(spelling, -1), PreTokenizerJson.Read(split));
        }
        TokenModel read = type switch
        {
            "BPE" => BytePairModelJson.Read(model),
            "WordPiece" => WordPieceModelJson.Read(model),
            "WordLevel" => WordLevelModelJson.Read(model),
            "Unigram" => UnigramModelJson.Read(model),
            _ => throw model["type"].Wrong($"is \"{type}\"; the models are BPE, WordPiece, WordLevel and Unigram"),
        };
        return (read, spelling => read.Find(Encoding.UTF8.GetBytes(spelling)), PreTokenizerJson.Read(split, visible: true));
    }

    public static void Write(Utf8JsonWriter json, PipelineTokenizer tokenizer)
    {
        switch (tokenizer.Model)
        {
            case BytePairModel model:
                ByteLevelModelJson.Write(json, model, Unlisted(tokenizer));
                break;
            case CharacterBytePairModel model:
                BytePairModelJson.Write(json, model);
                break;
            case WordPieceModel model:
                WordPieceModelJson.Write(json, model);
                break;
            case WordLevelModel model:
                WordLevelModelJson.Write(json, model);
                break;
            case UnigramModel model:
                UnigramModelJson.Write(json, model);
                break;
            default:
                throw new TokenizerException($"tokenizer.json: the format has no model of the type {tokenizer.Model.Type}.");
        }
    }

    /// <summary>Added tokens that the vocabulary must list: those inside its range, and all where the ids after it have gaps, for the library numbers the others one by one.</summary>
    private static List<AddedToken> Unlisted(PipelineTokenizer tokenizer)
    {
        int size = tokenizer.Model.VocabularySize;
        AddedToken[] beyond = [.. tokenizer.AddedTokens.Where(t => t.Id >= size)];
        bool gaps = beyond.Where((token, i) => token.Id != size + i).Any();
        return [.. tokenizer.AddedTokens.Where(t => t.Id < size), .. gaps ? beyond : []];
    }

    /// <summary>True where the text reaches the model in the byte alphabet: ByteLevel, alone or as the last step.</summary>
    private static bool EndsInByteLevel(JsonField split)
    {
        if (split.IsNull)
        {
            return false;
        }
        string type = split["type"].Text();
        return type == "Sequence" ? split["pretokenizers"].Items().LastOrDefault() is { IsNull: false } last && EndsInByteLevel(last) : type == "ByteLevel";
    }

    /// <summary>True where a normalizer writes the text in the byte alphabet, which pre-tokenizers then see.</summary>
    private static bool HoldsByteLevel(JsonField normalizer) => !normalizer.IsNull
        && (normalizer["type"].Text() == "Sequence" ? normalizer["normalizers"].Items().Any(HoldsByteLevel) : normalizer["type"].Text() == "ByteLevel");

    /// <summary>Old files have no type.</summary>
    private static string TypeByFields(JsonField model) =>
        !model["merges"].IsNull ? "BPE"
        : model["vocab"].Value.ValueKind == JsonValueKind.Array ? "Unigram"
        : !model["continuing_subword_prefix"].IsNull || !model["max_input_chars_per_word"].IsNull ? "WordPiece"
        : !model["vocab"].IsNull ? "WordLevel"
        : throw model["type"].Wrong("is missing");
}
