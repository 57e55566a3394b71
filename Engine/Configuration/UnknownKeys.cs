using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration;

/// <summary>What to say about a key or table that does not exist: a misspelling, another table, or another program's name for it.</summary>
internal static class UnknownKeys
{
    public static Diagnostic Explain(TomlEntry entry, string table, IReadOnlyDictionary<string, SourceSpan> headers, bool isOverride)
    {
        if (table.Length == 0 && entry.Value is TomlTable or TomlArray { IsOfTables: true })
        {
            return UnknownTable(entry);
        }
        string place = table.Length == 0 ? "above all tables" : $"in [{table}]";
        ConfigKey[] elsewhere = [.. ConfigSchema.Keys.Where(key => key.Name == entry.Key && key.Table != table)];
        ConfigKey? here = Nearest(entry.Key, ConfigSchema.KeysOf(table));
        if (elsewhere.Length > 0 && (here is null || !here.Aliases.Contains(entry.Key)))
        {
            return WrongTable(entry, table, elsewhere, headers, isOverride);
        }
        if (here is not null)
        {
            return new Diagnostic("C001", $"unknown key `{entry.Key}` {place}", entry.KeySpan, $"did you mean `{here.Name}`?") { Help = $"pure-llm config explain {here.Path}" };
        }
        if (Nearest(entry.Key, ConfigSchema.Keys) is ConfigKey other)
        {
            return new Diagnostic("C001", $"unknown key `{entry.Key}` {place}", entry.KeySpan, $"did you mean `{other.Name}` of {Name(other.Table)}?") { Help = $"pure-llm config explain {other.Path}" };
        }
        string[] names = [.. ConfigSchema.KeysOf(table).Select(key => key.Name), .. ConfigSchema.Tables.Where(t => t.Path.StartsWith(table + ".", StringComparison.Ordinal)).Select(t => t.Path[(table.Length + 1)..])];
        return new Diagnostic("C001", $"unknown key `{entry.Key}` {place}", entry.KeySpan, "no key has a name like this")
        {
            Help = table.Length == 0 ? $"tables: {string.Join(", ", ConfigSchema.Tables.Select(t => $"[{t.Path}]"))}" : $"keys of [{table}]: {Wrapped(names)}",
        };
    }

    private static Diagnostic UnknownTable(TomlEntry entry)
    {
        string[] names = [.. ConfigSchema.Tables.Select(table => table.Path).Where(path => !path.Contains('.'))];
        string? near = names.FirstOrDefault(name => entry.Key.StartsWith(name, StringComparison.OrdinalIgnoreCase)) ?? Spelling.Nearest(entry.Key, names);
        SourceSpan span = entry.Value is TomlTable { Origin: TomlTableOrigin.Header } or TomlArray { IsOfTables: true } ? entry.Value.Span : entry.KeySpan;
        return new Diagnostic("C008", $"unknown table [{entry.Key}]", span, near is null ? "no table has a name like this" : $"did you mean [{near}]?")
        {
            Help = $"tables: {string.Join(", ", names.Select(name => $"[{name}]"))}; one of your own starts with x-",
        };
    }

    private static Diagnostic WrongTable(TomlEntry entry, string table, ConfigKey[] elsewhere, IReadOnlyDictionary<string, SourceSpan> headers, bool isOverride)
    {
        string owners = string.Join(" or ", elsewhere.Select(key => $"[{key.Table}]"));
        string place = table.Length == 0 ? "above all tables" : $"[{table}]";
        ConfigKey target = elsewhere[0];
        bool hasHeader = headers.TryGetValue(target.Table, out SourceSpan header) && !isOverride;
        string value = entry.Value.Span.Text.ReplaceLineEndings(" ");
        return new Diagnostic("C002", $"`{entry.Key}` belongs to {owners}, not {place}", entry.KeySpan, hasHeader ? "move this line" : "")
        {
            Secondary = hasHeader ? [new DiagnosticLabel(header, "to here")] : [],
            Help = isOverride ? $"write {target.Path}={value}" : hasHeader ? null : $"write it as\n[{target.Table}]\n{entry.Key} = {value}",
        };
    }

    /// <summary>The key whose name or alias is nearest; an alias that is exactly the word wins.</summary>
    private static ConfigKey? Nearest(string name, IEnumerable<ConfigKey> keys)
    {
        ConfigKey[] all = [.. keys];
        string? word = all.Any(key => key.Aliases.Contains(name)) ? name : Spelling.Nearest(name, all.SelectMany(key => key.Aliases.Prepend(key.Name)));
        return word is null ? null : all.FirstOrDefault(key => key.Name == word) ?? all.First(key => key.Aliases.Contains(word));
    }

    private static string Name(string table) => table.Length == 0 ? "no table" : $"[{table}]";

    private static string Wrapped(IEnumerable<string> names)
    {
        string all = string.Join(", ", names);
        int middle = all.Length > 100 ? all.IndexOf(", ", all.Length / 2, StringComparison.Ordinal) : -1;
        return middle < 0 ? all : all[..(middle + 1)] + "\n" + all[(middle + 2)..];
    }
}
