using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PureLlm.Engine.Inspection;

/// <summary>A <see cref="StepView"/> as JSON and back: one form for the browser, the exported file and --json.</summary>
public static class StepViewJson
{
    /// <summary>"pure-llm/step/1".</summary>
    public const string Schema = "pure-llm/step/1";

    /// <summary>camelCase, no nulls, NaN and infinities as strings, text as it is.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(StepView view) => JsonSerializer.Serialize(view, Options);

    /// <exception cref="JsonException">The text is no view.</exception>
    public static StepView Read(string json) => JsonSerializer.Deserialize<StepView>(json, Options) ?? throw new JsonException("A step view is an object, not null.");
}
