using System.Text.Json;
using PureLlm.Engine.Data;

namespace PureLlm.Engine.Training;

/// <summary>Writes <c>result.json</c>: steps, tokens, seconds, val_loss, floor, tokens_per_second, peak_bytes, weights_sha256, and scores where the corpus has them.</summary>
internal static class ResultWriter
{
    public static byte[] ToJson(TrainingResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("steps", result.Steps);
            json.WriteNumber("tokens", result.Tokens);
            json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
            Write(json, "val_loss", result.ValidationLoss);
            Write(json, "floor", result.Floor);
            json.WriteNumber("tokens_per_second", Math.Round(result.TokensPerSecond, 1));
            json.WriteNumber("peak_bytes", result.PeakBytes);
            json.WriteString("weights_sha256", result.WeightsSha256);
            if (result.Scores.Count > 0)
            {
                json.WriteStartObject("scores");
                foreach (CorpusScore score in result.Scores)
                {
                    Write(json, score.Name, score.Share);
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>A number with 9 significant digits; absent where it was not measured.</summary>
    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number && double.IsFinite(number))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(number.ToString("G9", System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
