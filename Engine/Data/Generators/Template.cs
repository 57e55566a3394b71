using System.Text.RegularExpressions;

namespace PureLlm.Engine.Data.Generators;

/// <summary>A sentence with slots: "{He} liked to play with {his} {colour} {object}."</summary>
internal sealed partial class Template
{
    public Template(string text)
    {
        Source = text;
        Parts = [.. Token().Matches(text).Select(m => m.Groups["slot"].Success ? new Part(null, m.Groups["slot"].Value) : new Part(m.Value, null))];
    }

    /// <summary>The text as written, with its slots in braces.</summary>
    public string Source { get; }

    public IReadOnlyList<Part> Parts { get; }

    public override string ToString() => Source;

    [GeneratedRegex(@"\{(?<slot>[A-Za-z]+)\}|[^{}]+")]
    private static partial Regex Token();

    /// <summary>Either fixed text or the name of a slot.</summary>
    public readonly record struct Part(string? Text, string? Slot);
}
