using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Cli.Commands;

/// <summary>The folders of runs, as a user names them: runs/tiny, or tiny.</summary>
internal static class RunInput
{
    /// <summary>Where runs are.</summary>
    public static string Root(CommandContext context) => Path.Combine(context.Folder, "runs");

    /// <summary>The folder of the run that was meant.</summary>
    /// <exception cref="CliException">R002: there is no such run.</exception>
    public static string Find(CommandContext context, string given)
    {
        string folder = context.FullPath(given), named = Path.Combine(Root(context), given);
        if (RunFolder.IsRun(folder))
        {
            return Path.TrimEndingDirectorySeparator(folder);
        }
        if (RunFolder.IsRun(named))
        {
            return named;
        }
        string[] names = Directory.Exists(Root(context)) ? [.. Directory.GetDirectories(Root(context)).Where(RunFolder.IsRun).Select(run => Path.GetFileName(run)).Order(StringComparer.Ordinal)] : [];
        string? near = Spelling.Nearest(Path.GetFileName(Path.TrimEndingDirectorySeparator(given)), names);
        string known = names.Length == 0 ? "no runs here yet: pure-llm new tiny && pure-llm train tiny.toml" : $"runs here: {string.Join(", ", names.Take(8))}{(names.Length > 8 ? ", …" : "")}";
        throw new CliException(ExitCode.Input, $"{given} is not a run{(Directory.Exists(folder) ? $": it has no {RunFolder.ConfigFile}" : "")}{(near is null ? "" : $"; did you mean {near}?")}", known) { Code = "R002" };
    }
}
