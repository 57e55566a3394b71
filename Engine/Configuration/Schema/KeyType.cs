using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>What values a key takes: how they are read, checked, written and described.</summary>
public abstract class KeyType<T>
{
    /// <summary>In words, with its article: "an integer from 1 to 1024".</summary>
    public abstract string Description { get; }

    /// <summary>The words that it takes, where they are few.</summary>
    public virtual IReadOnlyList<string> Choices => [];

    /// <summary>The value as TOML; reading it gives the value back.</summary>
    public abstract string Write(T value);

    public abstract JsonObject JsonSchema();

    /// <summary>The value; where it is wrong the context receives a diagnostic and the result is not used.</summary>
    internal abstract T Read(TomlValue value, ReadContext context);
}

/// <summary>The key that is being read, and the mistakes found in its value.</summary>
internal sealed class ReadContext(string path, string? raw, List<Diagnostic> diagnostics)
{
    /// <summary>"train.lr".</summary>
    public string Path => path;

    /// <summary>The text behind the = of an override, where quotes may be missing; null in a file.</summary>
    public string? Raw => raw;

    public bool HasFailed { get; private set; }

    public void Fail(string code, string message, SourceSpan span, string note, string? help = null)
    {
        HasFailed = true;
        diagnostics.Add(new Diagnostic(code, message, span, note) { Help = help });
    }

    public void FailType(TomlValue value, string expected, string? note = null) =>
        Fail("C003", $"{path} must be {expected}", value.Span, note ?? $"this is {value.Kind}");

    public void FailRange(TomlValue value, string expected, string? note = null) =>
        Fail("C005", $"{path} must be {expected}", value.Span, note ?? $"{value.Span.Text} is outside");

    /// <summary>The value as text: a string, or any override as it was typed.</summary>
    public string? TextOf(TomlValue value) => value is TomlString text ? text.Value : raw;
}

/// <summary>TOML spellings of plain values.</summary>
internal static class TomlText
{
    public static string Quote(string value)
    {
        var text = new System.Text.StringBuilder("\"");
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\u007F' => text.Append($"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }

    /// <summary>The shortest text that reads back to the same number: 0.006, 1e-08, 10000.</summary>
    public static string Number(double value)
    {
        string text = value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return text.Contains('E') ? text.Replace("E", "e", StringComparison.Ordinal) : text.Contains('.') ? text : text + ".0";
    }
}
