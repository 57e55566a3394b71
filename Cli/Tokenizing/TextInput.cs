using System.CommandLine;
using System.Text;

namespace PureLlm.Cli.Tokenizing;

/// <summary>A text on a command line: the argument itself, files, or standard input.</summary>
internal sealed class TextInput(string purpose)
{
    private readonly Argument<string?> text = new("text") { Description = $"the text to {purpose}", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> files = new("--file", "-f") { Description = $"files to {purpose}, in place of the text", HelpName = "F…", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> stdin = new("--stdin") { Description = "the text comes from standard input" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(text);
        command.Options.Add(files);
        command.Options.Add(stdin);
    }

    /// <summary>The text, UTF-8 as it stands: files are not decoded, so that any bytes come through.</summary>
    /// <exception cref="CliException">None or more than one of the three was given, or a file cannot be read.</exception>
    public byte[] Read(CommandContext context, string command)
    {
        string[] paths = context.Get(files) ?? [];
        int given = (context.Get(text) is null ? 0 : 1) + (paths.Length > 0 ? 1 : 0) + (context.Get(stdin) ? 1 : 0);
        if (given != 1)
        {
            throw new CliException(ExitCode.Usage, given == 0 ? $"{command}: no text" : $"{command}: the text is given {given} times", "one of: the text itself, --file F, --stdin");
        }
        return context.Get(text) is { } typed ? Encoding.UTF8.GetBytes(typed)
            : context.Get(stdin) ? Encoding.UTF8.GetBytes(context.Host.In.ReadToEnd())
            : ReadFiles(context, paths);
    }

    /// <summary>Files one after the other, as one text.</summary>
    public static byte[] ReadFiles(CommandContext context, IReadOnlyList<string> paths)
    {
        using var all = new MemoryStream();
        foreach (string path in paths)
        {
            string full = context.FullPath(path);
            if (!File.Exists(full))
            {
                throw new CliException(ExitCode.Input, Directory.Exists(full) ? $"{path} is a folder; name the files in it" : $"there is no file {path}") { Code = "D001" };
            }
            if (all.Length + new FileInfo(full).Length > Array.MaxLength)
            {
                throw new CliException(ExitCode.Input, $"the files together are larger than one text may be ({Array.MaxLength:N0} bytes), at {path}", "fewer files at a time") { Code = "D004" };
            }
            all.Write(File.ReadAllBytes(full));
        }
        return all.ToArray();
    }
}
