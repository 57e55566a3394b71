using System.Text;

namespace PureLlm.Engine.Configuration.Schema;

/// <summary>What <c>pure-llm config explain</c> prints about a key or a table.</summary>
public static class ConfigHelp
{
    private const int Width = 88;

    /// <summary>The explanation of a key ("train.lr"), of the only key of that name ("lr"), or of a table ("train"); null where there is none.</summary>
    public static string? Explain(string path)
    {
        ConfigKey[] named = [.. ConfigSchema.Keys.Where(key => key.Name == path)];
        return ConfigSchema.Find(path) is ConfigKey exact ? Key(exact)
            : ConfigSchema.Tables.FirstOrDefault(table => table.Path == path.Trim('[', ']')) is ConfigTable table ? Table(table)
            : named.Length > 0 ? string.Join("\n", named.Select(Key))
            : null;
    }

    private static string Key(ConfigKey key)
    {
        var text = new StringBuilder();
        text.Append(key.Path).Append("  ").Append(key.Help).Append("\n\n");
        Wrap(text, key.Explanation);
        text.Append("\n  takes    ").Append(key.Type).Append('\n');
        text.Append("  default  ").Append(key.DerivedFrom is null ? key.Default : $"from {key.DerivedFrom} (here {key.Default})").Append('\n');
        if (key.Table == "model")
        {
            IEnumerable<string> others = ModelPresets.All.Select(preset => (preset.Preset, Value: key.Text(new RunConfig { Model = preset }))).Where(item => item.Value != key.Default).Select(item => $"{item.Preset} {item.Value}");
            string presets = string.Join(" · ", others);
            text.Append(presets.Length > 0 && key.Name != "preset" ? $"  presets  {presets}\n" : "");
        }
        text.Append("  example  ").Append(key.Name).Append(" = ").Append(key.Example).Append('\n');
        return text.ToString();
    }

    private static string Table(ConfigTable table)
    {
        var text = new StringBuilder();
        text.Append('[').Append(table.Path).Append("]  ").Append(table.Help).Append("\n\n");
        int width = ConfigSchema.KeysOf(table.Path).Max(key => key.Name.Length);
        foreach (ConfigKey key in ConfigSchema.KeysOf(table.Path))
        {
            text.Append("  ").Append(key.Name.PadRight(width + 2)).Append(key.Help).Append('\n');
        }
        foreach (ConfigTable inner in ConfigSchema.Tables.Where(other => other.Path.StartsWith(table.Path + ".", StringComparison.Ordinal)))
        {
            text.Append("  ").Append(inner.Path[(table.Path.Length + 1)..].PadRight(width + 2)).Append(inner.Help).Append('\n');
        }
        return text.ToString();
    }

    private static void Wrap(StringBuilder text, string paragraph)
    {
        int column = 0;
        foreach (string word in paragraph.Split(' '))
        {
            if (column > 0 && column + word.Length + 1 > Width)
            {
                text.Append('\n');
                column = 0;
            }
            text.Append(column == 0 ? "  " : " ").Append(word);
            column += word.Length + 1;
        }
        text.Append('\n');
    }
}
