using System.Text;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Engine.Configuration;

/// <summary>Writes config.resolved.toml: every key, its value, and where it came from; it reads back to the same configuration.</summary>
public static class ConfigWriter
{
    private const int CommentColumn = 44;

    public static string Write(LoadedConfig loaded)
    {
        var text = new StringBuilder();
        text.Append("# Every key of this run, its value, and where it came from. Training with this file repeats the run.\n");
        string? table = "";
        foreach ((ConfigKey key, string value, ConfigOrigin origin) in loaded.Entries)
        {
            if (key.Table != table)
            {
                table = key.Table;
                text.Append("\n[").Append(table).Append("]\n");
            }
            string line = $"{key.Name} = {value}";
            text.Append(line.PadRight(CommentColumn)).Append(" # ").Append(OneLine(origin.Text)).Append('\n');
        }
        return text.ToString();
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
