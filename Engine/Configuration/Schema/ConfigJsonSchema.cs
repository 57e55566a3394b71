using System.Text.Json;
using System.Text.Json.Nodes;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>The configuration as JSON Schema (draft 2020-12), from which editors complete and check TOML.</summary>
public static class ConfigJsonSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of the schema.</summary>
    public static string Write()
    {
        JsonObject root = Table("");
        foreach (ConfigTable table in ConfigSchema.Tables)
        {
            JsonObject parent = root;
            string[] parts = table.Path.Split('.');
            foreach (string part in parts[..^1])
            {
                parent = parent["properties"]![part]!.AsObject();
            }
            JsonObject schema = Table(table.Path);
            schema["description"] = table.Help;
            parent["properties"]![parts[^1]] = schema;
        }
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = "PureLlm configuration";
        root["patternProperties"] = new JsonObject { ["^x-"] = new JsonObject { ["description"] = "Yours: ignored by the program." } };
        return root.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Table(string path)
    {
        var properties = new JsonObject();
        foreach (ConfigKey key in ConfigSchema.KeysOf(path))
        {
            JsonObject schema = key.JsonSchema();
            schema["description"] = $"{key.Help} {key.Explanation}";
            if (key.DerivedFrom is null && Json(key.Default) is JsonNode value)
            {
                schema["default"] = value;
            }
            properties[key.Name] = schema;
        }
        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    /// <summary>Scalars and arrays of a configuration are spelled alike in TOML and JSON.</summary>
    private static JsonNode? Json(string toml) => JsonNode.Parse(toml);
}
