using System.CommandLine;
using System.Text;
using PureLlm.Engine.Configuration;

namespace PureLlm.Cli.Commands;

/// <summary><c>new TEMPLATE [dir]</c>: writes a commented configuration, never over an existing file.</summary>
public sealed class NewCommand : CliCommand
{
    private readonly Argument<string?> template = new("template") { Description = "its name; without one all are listed", Arity = ArgumentArity.ZeroOrOne };

    private readonly Argument<string?> place = new("dir") { Description = "a folder, or a file name ending in .toml", Arity = ArgumentArity.ZeroOrOne };

    public NewCommand() : base("new", "write a commented configuration to start from")
    {
        template.CompletionSources.Add([.. ConfigTemplates.All.Select(item => item.Name)]);
        Arguments.Add(template);
        Arguments.Add(place);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm new tiny", "tiny.toml here"), ("pure-llm new sort lab", "lab/sort.toml")];

    public override int Run(CommandContext context)
    {
        string? name = context.Get(template);
        if (name is null)
        {
            foreach (ConfigTemplate item in ConfigTemplates.All)
            {
                context.Out.WriteLine(context.Style.Plain($"  {context.Style.Cyan(item.Name.PadRight(20))}{item.Summary}"));
            }
            return ExitCode.Ok;
        }
        ConfigTemplate chosen = ConfigTemplates.Find(name) ?? throw new CliException(ExitCode.Usage,
            $"new: there is no template '{name}'{(Spelling.Nearest(name, ConfigTemplates.All.Select(item => item.Name)) is { } near ? $"; did you mean {near}?" : "")}",
            $"templates: {string.Join(", ", ConfigTemplates.All.Select(item => item.Name))}");
        string path = context.Get(place) is not { } given ? $"{chosen.Name}.toml" : given.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) ? given : Path.Combine(given, $"{chosen.Name}.toml");
        string full = context.FullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        try
        {
            using var file = new FileStream(full, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(chosen.Text));
        }
        catch (IOException) when (File.Exists(full))
        {
            throw new CliException(ExitCode.Input, $"new: {path} exists and is left as it is", $"another place: pure-llm new {chosen.Name} lab", $"use it: pure-llm train {path}");
        }
        string shown = path.Replace('\\', '/');
        context.Out.WriteLine($"wrote {shown} ({chosen.Text.Split('\n').Length - 1} lines, commented)");
        context.Note($"next: pure-llm train {(shown.Contains(' ') ? $"\"{shown}\"" : shown)}");
        return ExitCode.Ok;
    }
}
