using System.Text.Json;

namespace PureLlm.Tokenizer.Formats.Json;

/// <summary>The two kinds of pattern in tokenizer.json: {"String": "…"} and {"Regex": "…"}.</summary>
internal static class PatternJson
{
    /// <summary>The pattern, and whether it is a regular expression.</summary>
    public static (string Pattern, bool IsRegex) Read(JsonField json)
    {
        (JsonField text, JsonField regex) = (json["String"], json["Regex"]);
        if (text.IsNull == regex.IsNull)
        {
            throw json.Wrong("must have one of the fields \"String\" and \"Regex\"");
        }
        return regex.IsNull ? (text.Text(), false) : (regex.Text(), true);
    }

    /// <summary>Writes the field "pattern".</summary>
    public static void Write(Utf8JsonWriter json, string pattern, bool isRegex)
    {
        json.WriteStartObject("pattern");
        json.WriteString(isRegex ? "Regex" : "String", pattern);
        json.WriteEndObject();
    }

    /// <summary>Builds a component from a pattern; what is wrong with the pattern is said with the field's name.</summary>
    public static T Build<T>(JsonField json, Func<string, bool, T> build)
    {
        (string pattern, bool isRegex) = Read(json);
        try
        {
            return build(pattern, isRegex);
        }
        catch (TokenizerException error)
        {
            throw json.Wrong(error.Message.TrimEnd('.'));
        }
    }
}
