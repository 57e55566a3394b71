using System.Text.Json;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The whole file: a pipeline and its parts.</summary>
internal static class PipelineJson
{
    public static PipelineTokenizer Read(JsonField root)
    {
        if (!root.IsObject)
        {
            throw new JsonField(root.File, "the file", root.Value).Wrong("is not a JSON object");
        }
        if (root["version"].Text("1.0") is var version and not "1.0")
        {
            throw root["version"].Wrong($"is \"{version}\"; this version reads \"1.0\"");
        }
        JsonField list = root["added_tokens"];
        List<AddedToken> listed = AddedTokensJson.Read(list);
        Dictionary<string, AddedToken> byContent = new(StringComparer.Ordinal);
        foreach (AddedToken token in listed)
        {
            byContent[token.Content] = token;
        }
        (TokenModel model, Func<string, int> find, PreTokenizer? preTokenizer) = ModelJson.Read(root, byContent);
        List<AddedToken> added = AddedTokensJson.Resolve(list, listed, model.VocabularySize, find, id => id < model.VocabularySize && model.Token(id).Length > 0);
        return new PipelineTokenizer(new PipelineParts
        {
            AddedTokens = added,
            Normalizer = NormalizerJson.Read(root["normalizer"], visible: !model.IsByteLevel),
            PreTokenizer = preTokenizer,
            Model = model,
            PostProcessor = PostProcessorJson.Read(root["post_processor"]),
            Decoder = DecoderJson.Read(root["decoder"]),
            Truncation = LengthsJson.ReadTruncation(root["truncation"]),
            Padding = LengthsJson.ReadPadding(root["padding"]),
        });
    }

    public static void Write(Utf8JsonWriter json, PipelineTokenizer tokenizer)
    {
        PipelineParts parts = tokenizer.Parts;
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        LengthsJson.Write(json, parts.Truncation, parts.Padding);
        AddedTokensJson.Write(json, tokenizer.AddedTokens);
        json.WritePropertyName("normalizer");
        NormalizerJson.Write(json, parts.Normalizer);
        json.WritePropertyName("pre_tokenizer");
        if (parts.PreTokenizer is ScannerPreTokenizer scanned)
        {
            ScannedSplitJson.Write(json, scanned);
        }
        else
        {
            PreTokenizerJson.Write(json, parts.PreTokenizer);
        }
        json.WritePropertyName("post_processor");
        PostProcessorJson.Write(json, parts.PostProcessor);
        json.WritePropertyName("decoder");
        DecoderJson.Write(json, parts.Decoder);
        json.WritePropertyName("model");
        ModelJson.Write(json, tokenizer);
        json.WriteEndObject();
    }
}
