using System.Text;
using System.Text.Json;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The model "Unigram": unk_id, vocab as a list of [token, log-probability], byte_fallback.</summary>
internal static class UnigramModelJson
{
    public static UnigramModel Read(JsonField model)
    {
        List<byte[]> tokens = [];
        List<double> scores = [];
        foreach (JsonField entry in model["vocab"].Items())
        {
            JsonField[] pair = [.. entry.Items().Take(3)];
            if (pair.Length != 2)
            {
                throw entry.Wrong("is not a pair of a token and its score");
            }
            tokens.Add(Encoding.UTF8.GetBytes(pair[0].Text()));
            _ = pair[1].Number();
            string raw = pair[1].Value.GetRawText();
            double score = QuickNumber.Parse(raw);
            scores.Add(double.IsFinite(score) ? score : throw pair[1].Wrong($"is {raw}, which is out of range"));
        }
        JsonField unknown = model["unk_id"];
        return new UnigramModel(tokens, scores, unknown.IsNull ? null : unknown.Whole(0, tokens.Count - 1), model["byte_fallback"].Flag(false));
    }

    public static void Write(Utf8JsonWriter writer, UnigramModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("type", model.Type);
        if (model.Unknown is { } unknown)
        {
            writer.WriteNumber("unk_id", unknown);
        }
        else
        {
            writer.WriteNull("unk_id");
        }
        writer.WriteStartArray("vocab");
        for (int id = 0; id < model.VocabularySize; id++)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(VocabularyJson.Text(model.Token(id).Span, id));
            writer.WriteNumberValue(model.Scores[id]);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteBoolean("byte_fallback", model.ByteFallback);
        writer.WriteEndObject();
    }
}
