using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>One key of the configuration: what it is called, takes, means, and which member of <see cref="RunConfig"/> it is.</summary>
public abstract class ConfigKey
{
    /// <summary>"train.lr"; a key above all tables has no dot.</summary>
    public required string Path { get; init; }

    /// <summary>One sentence.</summary>
    public required string Help { get; init; }

    /// <summary>What to know before changing it.</summary>
    public required string Explanation { get; init; }

    /// <summary>A value as TOML that is worth trying.</summary>
    public required string Example { get; init; }

    /// <summary>Names of the same thing in other programs, for "did you mean".</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What an unset value follows from ("heads"), or null.</summary>
    public string? DerivedFrom { get; init; }

    /// <summary>"train", "eval.sample", or empty.</summary>
    public string Table => Path.LastIndexOf('.') is > 0 and int dot ? Path[..dot] : "";

    /// <summary>"lr".</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>What the value may be, in words.</summary>
    public abstract string Type { get; }

    /// <summary>The words that it takes, where they are few.</summary>
    public abstract IReadOnlyList<string> Choices { get; }

    /// <summary>The default as TOML, that of preset "tiny" for [model].</summary>
    public string Default => Text(ConfigSchema.Defaults);

    /// <summary>The value in a configuration, as TOML.</summary>
    public abstract string Text(RunConfig config);

    public abstract JsonObject JsonSchema();

    internal abstract RunConfig Bind(RunConfig config, TomlValue value, ReadContext context);
}

/// <summary>A key with the type of its value and the way to it through one table's record.</summary>
internal sealed class ConfigKey<TSection, T>(ConfigTable<TSection> table, KeyType<T> type, Func<TSection, T> get, Func<TSection, T, TSection> set) : ConfigKey
{
    public override string Type => type.Description;

    public override IReadOnlyList<string> Choices => type.Choices;

    public override string Text(RunConfig config) => type.Write(get(table.Get(config)));

    public override JsonObject JsonSchema() => type.JsonSchema();

    internal override RunConfig Bind(RunConfig config, TomlValue value, ReadContext context)
    {
        T read = type.Read(value, context);
        return context.HasFailed ? config : table.Set(config, set(table.Get(config), read));
    }
}

/// <summary>A table of the configuration: its name and what it is about.</summary>
public abstract record ConfigTable(string Path, string Help);

/// <summary>A table with the record that it fills.</summary>
internal sealed record ConfigTable<TSection>(string Path, string Help, Func<RunConfig, TSection> Get, Func<RunConfig, TSection, RunConfig> Set) : ConfigTable(Path, Help)
{
    public ConfigKey Key<T>(string name, KeyType<T> type, Func<TSection, T> get, Func<TSection, T, TSection> set, string help, string explanation, string example, string[]? aliases = null, string? derivedFrom = null) =>
        new ConfigKey<TSection, T>(this, type, get, set)
        {
            Path = Path.Length == 0 ? name : $"{Path}.{name}",
            Help = help,
            Explanation = explanation,
            Example = example,
            Aliases = aliases ?? [],
            DerivedFrom = derivedFrom,
        };
}
