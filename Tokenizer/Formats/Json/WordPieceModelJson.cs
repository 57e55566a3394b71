using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The model "WordPiece": unk_token, continuing_subword_prefix, max_input_chars_per_word, vocab.</summary>
internal static class WordPieceModelJson
{
    public static WordPieceModel Read(JsonField model)
    {
        JsonField most = model["max_input_chars_per_word"];
        return new WordPieceModel(
            VocabularyJson.Read(model["vocab"], out _),
            model["unk_token"].Text("[UNK]")!,
            model["continuing_subword_prefix"].Text("##")!,
            most.IsNull ? 100 : most.Whole(0, int.MaxValue));
    }

    public static void Write(Utf8JsonWriter writer, WordPieceModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("type", model.Type);
        writer.WriteString("unk_token", model.UnknownToken);
        writer.WriteString("continuing_subword_prefix", model.ContinuingSubwordPrefix);
        writer.WriteNumber("max_input_chars_per_word", model.MaxInputCharactersPerWord);
        VocabularyJson.Write(writer, model);
        writer.WriteEndObject();
    }
}
