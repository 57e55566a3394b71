using System.CommandLine;

namespace PureLlm.Cli.Rendering;

/// <summary>The help of a command: a screen of 24 × 80; "--help all" adds the rarer and the global options.</summary>
internal static class HelpText
{
    private const int Column = 24, Width = 80;

    public static void Write(CommandContext context, Command command, GlobalOptions globals, bool showAll)
    {
        TextWriter output = context.Out;
        TextStyle style = context.Style;
        string path = PathOf(command);
        string head = Paragraph.Wrap($"{path}  {command.Description}", Width);
        output.WriteLine(style.Plain(style.Bold(path) + head[path.Length..]));
        output.WriteLine();
        output.WriteLine(style.Plain($"usage: {Usage(command, path)}"));
        WriteRows(output, style, "", command.Arguments.Where(argument => !argument.Hidden && !string.IsNullOrEmpty(argument.Description)).Select(argument => ($"<{argument.Name}>", argument.Description!)));
        WriteRows(output, style, "", command.Subcommands.Where(child => !child.Hidden).Select(child => (child.Name, child.Description ?? "")));
        WriteRows(output, style, "", command.Options.Where(option => (!option.Hidden || showAll) && !option.Recursive).Select(Row));
        if (command is CliCommand known)
        {
            WriteRows(output, style, "", known.Examples, separator: known.Examples.Select(example => example.CommandLine.Length + 4).DefaultIfEmpty(Column).Max());
            foreach (string note in known.Notes)
            {
                output.WriteLine(style.Plain(note));
            }
        }
        if (showAll)
        {
            WriteRows(output, style, "global options", globals.All.Select(Row));
            return;
        }
        output.WriteLine();
        output.WriteLine(style.Plain(style.Dim($"global options (--json, --threads N …): {path} -h all")));
    }

    public static string PathOf(Command command) => command is RootCommand ? "pure-llm"
        : $"{(command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? PathOf(parent) : "pure-llm")} {command.Name}";

    private static string Usage(Command command, string path)
    {
        IEnumerable<string> arguments = command.Arguments.Select(argument =>
            $"{(argument.Arity.MinimumNumberOfValues == 0 ? "[" : "<")}{argument.Name}{(argument.Arity.MaximumNumberOfValues > 1 ? "…" : "")}{(argument.Arity.MinimumNumberOfValues == 0 ? "]" : ">")}");
        return string.Join(' ', new[] { path, command.Subcommands.Count > 0 ? "<command>" : "" }
            .Concat(arguments).Append(command.Options.Any(option => !option.Recursive) ? "[options]" : "").Where(part => part.Length > 0));
    }

    private static (string, string) Row(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(alias => alias.Length == 2 && alias != "-?").Append(option.Name));
        string value = option.ValueType == typeof(bool) ? "" : $" {option.HelpName ?? "value"}";
        return (option.Arity.MinimumNumberOfValues == 0 && value.Length > 0 ? $"{names} [{value[1..]}]" : names + value, option.Description ?? "");
    }

    private static void WriteRows(TextWriter output, TextStyle style, string title, IEnumerable<(string Left, string Right)> rows, int separator = Column)
    {
        bool first = true;
        foreach ((string left, string right) in rows)
        {
            if (first)
            {
                output.WriteLine();
                if (title.Length > 0)
                {
                    output.WriteLine($"{title}:");
                }
                first = false;
            }
            string indent = new(' ', separator);
            string wrapped = Paragraph.Wrap(right, Math.Max(16, Width - separator)).Replace("\n", "\n" + indent, StringComparison.Ordinal);
            output.WriteLine(style.Plain($"  {style.Cyan(left)}{new string(' ', Math.Max(2, separator - 2 - left.Length))}{wrapped}"));
        }
    }
}
