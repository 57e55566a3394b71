using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The model "WordLevel": vocab, unk_token.</summary>
internal static class WordLevelModelJson
{
    public static WordLevelModel Read(JsonField model) =>
        new(VocabularyJson.Read(model["vocab"], out _), model["unk_token"].Text("<unk>")!);

    public static void Write(Utf8JsonWriter writer, WordLevelModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("type", model.Type);
        VocabularyJson.Write(writer, model);
        writer.WriteString("unk_token", model.UnknownToken);
        writer.WriteEndObject();
    }
}
