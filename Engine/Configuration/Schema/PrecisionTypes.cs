using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;
using PureLlm.Kernels;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>A number format, out of those that make sense for a key.</summary>
public sealed class FormatType(params StorageFormat[] formats) : KeyType<StorageFormat>
{
    private static readonly Dictionary<string, StorageFormat> ShortNames = new()
    {
        ["bf16"] = StorageFormat.BFloat16,
        ["fp16"] = StorageFormat.Float16,
        ["f16"] = StorageFormat.Float16,
        ["half"] = StorageFormat.Float16,
        ["fp32"] = StorageFormat.Float32,
        ["f32"] = StorageFormat.Float32,
    };

    public override string Description => string.Join(" | ", Choices.Select(choice => $"\"{choice}\""));

    public override IReadOnlyList<string> Choices => [.. formats.Select(Text)];

    /// <summary>"float32", "bfloat16" or "float16".</summary>
    public static string Text(StorageFormat format) => format.ToString().ToLowerInvariant();

    public override string Write(StorageFormat value) => TomlText.Quote(Text(value));

    public override JsonObject JsonSchema() => new() { ["enum"] = new JsonArray([.. Choices.Select(choice => JsonValue.Create(choice))]) };

    internal override StorageFormat Read(TomlValue value, ReadContext context)
    {
        if (context.TextOf(value) is string text && ShortNames.TryGetValue(text.ToLowerInvariant(), out StorageFormat meant) && formats.Contains(meant))
        {
            context.FailRange(value, "one of " + string.Join(", ", Choices), $"write \"{Text(meant)}\"");
            return default;
        }
        return WordChoice.Find(value, Choices, context) is string word ? formats.First(format => Text(format) == word) : default;
    }
}

/// <summary>"dynamic", "none", or a factor.</summary>
public sealed class LossScaleType : KeyType<LossScale>
{
    private static readonly NumberType Factor = new(0, LossScale.Largest, excludesMinimum: true, includesMaximum: true);

    public override string Description => $"\"dynamic\", \"none\", or a number above 0 and up to {LossScale.Largest:0}";

    public override IReadOnlyList<string> Choices => ["dynamic", "none"];

    public override string Write(LossScale value) => value == LossScale.Dynamic ? "\"dynamic\"" : value == LossScale.None ? "\"none\"" : TomlText.Number(value.Value);

    public override JsonObject JsonSchema() => new() { ["oneOf"] = new JsonArray(new JsonObject { ["enum"] = new JsonArray("dynamic", "none") }, Factor.JsonSchema()) };

    internal override LossScale Read(TomlValue value, ReadContext context)
    {
        if (value is TomlInteger or TomlFloat)
        {
            return new LossScale(Factor.Read(value, context), false);
        }
        return WordChoice.Find(value, Choices, context, ", or a number") == "none" ? LossScale.None : LossScale.Dynamic;
    }
}
