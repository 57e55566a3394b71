using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Engine.Configuration;

/// <summary>Where a value came from.</summary>
public enum ConfigSource { Default, Preset, Derived, File, Override, Run }

/// <summary>Where a value came from, with its place where it has one.</summary>
public sealed record ConfigOrigin(ConfigSource Source, string Text, SourceSpan Span = default)
{
    public static ConfigOrigin Default { get; } = new(ConfigSource.Default, "default");

    /// <summary>"tiny.toml:14", "--set", "preset gpt2", "= heads", "default".</summary>
    public override string ToString() => Text;
}

/// <summary>A configuration that was read and checked, and where each of its values came from.</summary>
public sealed class LoadedConfig
{
    private readonly Dictionary<string, ConfigOrigin> origins;

    internal LoadedConfig(RunConfig config, string name, IReadOnlyDictionary<string, ConfigOrigin> origins) =>
        (Config, Name, this.origins) = (config, name, new Dictionary<string, ConfigOrigin>(origins));

    public RunConfig Config { get; }

    /// <summary>The file, as it was given.</summary>
    public string Name { get; }

    /// <summary>Every key with its value as TOML and its origin, in the order of the schema.</summary>
    public IEnumerable<(ConfigKey Key, string Value, ConfigOrigin Origin)> Entries =>
        ConfigSchema.Keys.Select(key => (key, key.Text(Config), OriginOf(key.Path)));

    /// <summary>Where the value of "train.lr" came from.</summary>
    public ConfigOrigin OriginOf(string path) => origins.GetValueOrDefault(path, ConfigOrigin.Default);

    /// <summary>The place of a value, for a diagnostic; nowhere if it was not written.</summary>
    public SourceSpan SpanOf(string path) => OriginOf(path).Span;

    /// <summary>The same with one value decided by the run itself, such as the steps that a time budget was worth.</summary>
    public LoadedConfig With(RunConfig config, string path, string reason)
    {
        var changed = new LoadedConfig(config, Name, origins);
        changed.origins[path] = new ConfigOrigin(ConfigSource.Run, reason);
        return changed;
    }

    /// <summary>The text of config.resolved.toml.</summary>
    public string ToToml() => ConfigWriter.Write(this);
}
