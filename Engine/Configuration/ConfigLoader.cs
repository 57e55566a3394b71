using PureLlm.Engine.Configuration.Schema;
using PureLlm.Engine.Configuration.Toml;

namespace PureLlm.Engine.Configuration;

/// <summary>One assignment from the command line, "train.lr=3e-3", and the option that made it.</summary>
public readonly record struct ConfigOverride(string Text, string Option = "--set");

/// <summary>Reads, overrides and checks a configuration, and tells all its mistakes at once.</summary>
public static class ConfigLoader
{
    /// <summary>Reads a file; later overrides win.</summary>
    /// <exception cref="ConfigException">It cannot be used.</exception>
    public static LoadedConfig Load(string path, params IEnumerable<ConfigOverride> overrides) =>
        TryLoad(path, overrides, out IReadOnlyList<Diagnostic> diagnostics) ?? throw new ConfigException(diagnostics);

    /// <summary>Reads a file; null and its mistakes if it cannot be used.</summary>
    public static LoadedConfig? TryLoad(string path, IEnumerable<ConfigOverride> overrides, out IReadOnlyList<Diagnostic> diagnostics)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            diagnostics = [ConfigFiles.Unreadable(path, error)];
            return null;
        }
        return TryBind(TomlReader.Read(path, bytes), overrides, checksFiles: true, out diagnostics);
    }

    /// <summary>Reads a text as if it were a file of that name; files that it names are not looked for.</summary>
    /// <exception cref="ConfigException">It cannot be used.</exception>
    public static LoadedConfig Parse(string name, string text, params IEnumerable<ConfigOverride> overrides) =>
        TryParse(name, text, overrides, out IReadOnlyList<Diagnostic> diagnostics) ?? throw new ConfigException(diagnostics);

    /// <summary>As <see cref="Parse"/>; null and the mistakes if it cannot be used.</summary>
    public static LoadedConfig? TryParse(string name, string text, IEnumerable<ConfigOverride> overrides, out IReadOnlyList<Diagnostic> diagnostics) =>
        TryBind(TomlReader.Read(name, text), overrides, checksFiles: false, out diagnostics);

    private static LoadedConfig? TryBind(TomlDocument document, IEnumerable<ConfigOverride> overrides, bool checksFiles, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var found = new List<Diagnostic>(document.Diagnostics);
        List<OverrideTable> tables = [.. overrides.Select(item => OverrideTable.Read(item, found)).OfType<OverrideTable>()];
        var binder = new ConfigBinder(found);
        binder.StartFrom(document.Root, tables);
        binder.Bind(document.Root, "", null);
        foreach (OverrideTable table in tables)
        {
            binder.Bind(table.Root, "", table);
        }
        binder.Failed.UnionWith(document.HasBrokenLines ? ConfigSchema.Keys.Select(key => key.Path) : document.BrokenKeys);
        LoadedConfig loaded = binder.Finish(document.Source.Name);
        ConfigChecks.Run(loaded, binder.Failed, found);
        if (checksFiles)
        {
            ConfigFiles.Check(loaded, binder.Failed, found);
        }
        diagnostics = [.. found.OrderBy(item => item.Span.Source == document.Source ? 0 : 1).ThenBy(item => item.Span.Source == document.Source ? item.Span.Start : 0)];
        return found.Count == 0 ? loaded : null;
    }
}
