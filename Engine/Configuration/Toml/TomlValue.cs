namespace PureLlm.Engine.Configuration.Toml;

/// <summary>A value of a TOML document and the place where it stands.</summary>
public abstract class TomlValue(SourceSpan span)
{
    public SourceSpan Span { get; internal set; } = span;

    /// <summary>What it is, in words: "a string", "an integer", …</summary>
    public abstract string Kind { get; }
}

public sealed class TomlString(SourceSpan span, string value) : TomlValue(span)
{
    public string Value { get; } = value;

    public override string Kind => "a string";
}

public sealed class TomlInteger(SourceSpan span, long value) : TomlValue(span)
{
    public long Value { get; } = value;

    public override string Kind => "an integer";
}

public sealed class TomlFloat(SourceSpan span, double value) : TomlValue(span)
{
    public double Value { get; } = value;

    public override string Kind => "a number with a fraction";
}

public sealed class TomlBoolean(SourceSpan span, bool value) : TomlValue(span)
{
    public bool Value { get; } = value;

    public override string Kind => "true or false";
}

/// <summary>Which parts a date or time has.</summary>
public enum TomlDateKind { OffsetDateTime, LocalDateTime, LocalDate, LocalTime }

/// <summary>A date, a time or both; no key of a configuration takes one.</summary>
public sealed class TomlDate(SourceSpan span, TomlDateKind dateKind, DateOnly date, TimeOnly time, TimeSpan? offset) : TomlValue(span)
{
    public TomlDateKind DateKind { get; } = dateKind;

    public DateOnly Date { get; } = date;

    public TimeOnly Time { get; } = time;

    public TimeSpan? Offset { get; } = offset;

    public override string Kind => DateKind switch { TomlDateKind.LocalDate => "a date", TomlDateKind.LocalTime => "a time of day", _ => "a date and time" };
}

public sealed class TomlArray(SourceSpan span, bool isOfTables = false) : TomlValue(span)
{
    public List<TomlValue> Items { get; } = [];

    /// <summary>Made by [[headers]], so that a further header may append to it.</summary>
    public bool IsOfTables { get; } = isOfTables;

    public override string Kind => IsOfTables ? "an array of tables" : "an array";
}

/// <summary>How a table came to be, which decides who may add to it.</summary>
internal enum TomlTableOrigin { Header, ParentOfHeader, DottedKey, Inline }

public sealed class TomlTable : TomlValue
{
    private readonly List<TomlEntry> entries = [];
    private readonly Dictionary<string, TomlEntry> byKey = new(StringComparer.Ordinal);

    internal TomlTable(SourceSpan span, TomlTableOrigin origin) : base(span) => Origin = origin;

    internal TomlTableOrigin Origin { get; set; }

    /// <summary>Keys in the order of the document.</summary>
    public IReadOnlyList<TomlEntry> Entries => entries;

    public TomlValue? this[string key] => byKey.TryGetValue(key, out TomlEntry? entry) ? entry.Value : null;

    public override string Kind => "a table";

    public TomlEntry? Find(string key) => byKey.GetValueOrDefault(key);

    internal void Add(TomlEntry entry)
    {
        byKey.Add(entry.Key, entry);
        entries.Add(entry);
    }
}

/// <summary>A key of a table, where it first stands, and its value.</summary>
public sealed record TomlEntry(string Key, SourceSpan KeySpan, TomlValue Value);

/// <summary>A document and what is wrong with it; <see cref="Root"/> holds everything that could be read.</summary>
public sealed record TomlDocument(SourceText Source, TomlTable Root, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Dotted paths of keys whose value could not be read.</summary>
    public IReadOnlyCollection<string> BrokenKeys { get; init; } = [];

    /// <summary>A header, or a line without a key, could not be read: any key may be missing.</summary>
    public bool HasBrokenLines { get; init; }
}
