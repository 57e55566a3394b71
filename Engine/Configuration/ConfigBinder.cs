using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration;

/// <summary>Fills the records from tables, key by key, and notes where each value came from.</summary>
internal sealed class ConfigBinder(List<Diagnostic> diagnostics)
{
    private readonly Dictionary<string, ConfigOrigin> origins = [];
    private readonly Dictionary<string, SourceSpan> headers = [];
    private RunConfig config = ConfigSchema.Defaults;

    /// <summary>Keys whose value could not be read; checks that use them are left out.</summary>
    public HashSet<string> Failed { get; } = [];

    /// <summary>Finds the preset, whose values stand until a key replaces them, and where each table is.</summary>
    public void StartFrom(TomlTable root, List<OverrideTable> overrides)
    {
        foreach (TomlEntry entry in root.Entries.Where(entry => entry.Value is TomlTable))
        {
            headers[entry.Key] = entry.Value.Span;
        }
        var scratch = new ReadContext("model.preset", null, []);
        ConfigKey key = ConfigSchema.Find("model.preset")!;
        foreach (TomlTable table in overrides.Select(item => item.Root).Prepend(root))
        {
            if (table["model"] is TomlTable { } model && model["preset"] is TomlValue value
                && ModelPresets.Find(key.Bind(config, value, scratch).Model.Preset) is ModelConfig preset)
            {
                config = config with { Model = preset };
                foreach (ConfigKey other in ConfigSchema.KeysOf("model"))
                {
                    origins[other.Path] = new ConfigOrigin(ConfigSource.Preset, $"preset {preset.Preset}");
                }
            }
        }
    }

    /// <summary>Binds a table and the tables inside it.</summary>
    public void Bind(TomlTable table, string path, OverrideTable? from)
    {
        foreach (TomlEntry entry in table.Entries)
        {
            string inner = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (ConfigSchema.Find(inner) is ConfigKey key)
            {
                BindKey(key, entry, from);
            }
            else if (ConfigSchema.IsTable(inner))
            {
                if (entry.Value is TomlTable section)
                {
                    Bind(section, inner, from);
                }
                else
                {
                    diagnostics.Add(new Diagnostic("C003", $"{inner} must be a table", entry.Value.Span, $"this is {entry.Value.Kind}")
                    {
                        Help = inner.Contains('.') ? $"{entry.Key} = {{ {string.Join(", ", ConfigSchema.KeysOf(inner).Take(2).Select(k => $"{k.Name} = {k.Example}"))} }}" : $"write [{inner}] on a line of its own",
                    });
                }
            }
            else if (path.Length > 0 || !entry.Key.StartsWith("x-", StringComparison.Ordinal))
            {
                diagnostics.Add(UnknownKeys.Explain(entry, path, headers, from is not null));
            }
        }
    }

    /// <summary>The configuration with everything fixed that follows from something else.</summary>
    public LoadedConfig Finish(string name)
    {
        foreach (ConfigKey key in ConfigSchema.Keys.Where(key => key.DerivedFrom is not null && !IsWritten(key.Path)))
        {
            origins[key.Path] = new ConfigOrigin(ConfigSource.Derived, $"from {key.DerivedFrom}");
        }
        if (!IsWritten("run.name"))
        {
            string stem = Path.GetFileNameWithoutExtension(name);
            config = config with { Run = config.Run with { Name = NameType.IsValid(stem) ? stem : config.Run.Name } };
        }
        config = config with { Model = config.Model.Resolve(), Train = config.Train with { Momentum = config.Train.Momentum } };
        return new LoadedConfig(config, name, origins);
    }

    private bool IsWritten(string path) => origins.TryGetValue(path, out ConfigOrigin? origin) && origin.Source is ConfigSource.File or ConfigSource.Override;

    private void BindKey(ConfigKey key, TomlEntry entry, OverrideTable? from)
    {
        int before = diagnostics.Count;
        var context = new ReadContext(key.Path, from?.Path == key.Path ? from.Raw : null, diagnostics);
        if (entry.Value is TomlDate)
        {
            context.FailType(entry.Value, key.Type, $"this is {entry.Value.Kind}, and no key takes one");
        }
        else
        {
            config = key.Bind(config, entry.Value, context);
        }
        if (diagnostics.Count > before)
        {
            Failed.Add(key.Path);
        }
        SourceSpan span = entry.Value.Span;
        origins[key.Path] = from is null
            ? new ConfigOrigin(ConfigSource.File, $"{span.Source?.Name}:{span.Line}", span)
            : new ConfigOrigin(ConfigSource.Override, from.Override.Option, span);
    }
}
