using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration;

/// <summary>An override as a table with one key. A shell takes quotes away, so a value that is not TOML counts as text.</summary>
internal sealed record OverrideTable(ConfigOverride Override, string Path, TomlTable Root, string Raw)
{
    /// <summary>The table, or null and a diagnostic where the text is no assignment.</summary>
    public static OverrideTable? Read(ConfigOverride item, List<Diagnostic> diagnostics)
    {
        var source = new SourceText(item.Option, item.Text);
        int equals = item.Text.IndexOf('=');
        string key = equals < 0 ? "" : item.Text[..equals].Trim();
        if (key.Length == 0 || key.Split('.').Any(part => part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')))
        {
            ConfigKey? near = ConfigSchema.Suggest(equals < 0 ? item.Text.Trim() : key).FirstOrDefault();
            diagnostics.Add(new Diagnostic("C013", $"{item.Option} needs an assignment", new SourceSpan(source, 0, Math.Max(1, item.Text.Length)), $"write {item.Option} {near?.Path ?? "train.lr"}={near?.Example ?? "3e-3"}"));
            return null;
        }
        string raw = item.Text[(equals + 1)..].Trim();
        int start = equals + 1;
        while (start < source.Text.Length && char.IsWhiteSpace(source.Text[start]))
        {
            start++;
        }
        TomlValue value = TomlReader.ReadValue(source, start) ?? new TomlString(new SourceSpan(source, start, raw.Length), raw);
        var root = new TomlTable(new SourceSpan(source, 0, 0), TomlTableOrigin.Header);
        TomlTable table = root;
        string[] parts = key.Split('.');
        int at = item.Text.IndexOf(key, StringComparison.Ordinal);
        foreach (string part in parts[..^1])
        {
            var inner = new TomlTable(new SourceSpan(source, at, part.Length), TomlTableOrigin.DottedKey);
            table.Add(new TomlEntry(part, inner.Span, inner));
            table = inner;
            at += part.Length + 1;
        }
        table.Add(new TomlEntry(parts[^1], new SourceSpan(source, at, parts[^1].Length), value));
        return new OverrideTable(item, key, root, raw);
    }
}
