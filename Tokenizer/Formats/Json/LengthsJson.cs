using System.Text.Json;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The objects "truncation" and "padding".</summary>
internal static class LengthsJson
{
    /// <summary>The longest that a text is padded to: what is read here is allocated later.</summary>
    private const int LongestPadding = 1 << 22;

    public static Truncation? ReadTruncation(JsonField field) => field.IsNull ? null : new Truncation(
        field["max_length"].Whole(0, int.MaxValue),
        field["strategy"].Text("LongestFirst") switch
        {
            "LongestFirst" => TruncationStrategy.LongestFirst,
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            var other => throw field["strategy"].Wrong($"is \"{other}\", not \"LongestFirst\", \"OnlyFirst\" or \"OnlySecond\""),
        },
        field["stride"].IsNull ? 0 : field["stride"].Whole(0, int.MaxValue),
        Side(field["direction"]));

    public static Padding? ReadPadding(JsonField field) => field.IsNull ? null : new Padding
    {
        Length = Length(field["strategy"]),
        MultipleOf = field["pad_to_multiple_of"].IsNull ? null : field["pad_to_multiple_of"].Whole(0, LongestPadding),
        Side = Side(field["direction"]),
        Id = field["pad_id"].IsNull ? 0 : field["pad_id"].Whole(0, int.MaxValue),
        TypeId = field["pad_type_id"].IsNull ? 0 : field["pad_type_id"].Whole(0, int.MaxValue),
        Token = field["pad_token"].Text("[PAD]")!,
    };

    public static void Write(Utf8JsonWriter json, Truncation? truncation, Padding? padding)
    {
        if (truncation is null)
        {
            json.WriteNull("truncation");
        }
        else
        {
            json.WriteStartObject("truncation");
            json.WriteString("direction", truncation.Side.ToString());
            json.WriteNumber("max_length", truncation.MaximumLength);
            json.WriteString("strategy", truncation.Strategy.ToString());
            json.WriteNumber("stride", truncation.Stride);
            json.WriteEndObject();
        }
        if (padding is null)
        {
            json.WriteNull("padding");
            return;
        }
        json.WriteStartObject("padding");
        WriteStrategy(json, padding.Length);
        json.WriteString("direction", padding.Side.ToString());
        if (padding.MultipleOf is { } multiple)
        {
            json.WriteNumber("pad_to_multiple_of", multiple);
        }
        else
        {
            json.WriteNull("pad_to_multiple_of");
        }
        json.WriteNumber("pad_id", padding.Id);
        json.WriteNumber("pad_type_id", padding.TypeId);
        json.WriteString("pad_token", padding.Token);
        json.WriteEndObject();
    }

    private static void WriteStrategy(Utf8JsonWriter json, int? length)
    {
        if (length is null)
        {
            json.WriteString("strategy", "BatchLongest");
            return;
        }
        json.WriteStartObject("strategy");
        json.WriteNumber("Fixed", length.Value);
        json.WriteEndObject();
    }

    private static int? Length(JsonField strategy) =>
        strategy.IsNull || (strategy.IsText && strategy.Text() == "BatchLongest") ? null
        : strategy.IsObject ? strategy["Fixed"].Whole(0, LongestPadding)
        : throw strategy.Wrong($"is {strategy.Value.GetRawText()}, not \"BatchLongest\" or {{\"Fixed\": length}}");

    private static SequenceSide Side(JsonField field) => field.Text("Right") switch
    {
        "Right" => SequenceSide.Right,
        "Left" => SequenceSide.Left,
        var other => throw field.Wrong($"is \"{other}\", not \"Left\" or \"Right\""),
    };
}
