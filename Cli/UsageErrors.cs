using System.CommandLine;
using System.CommandLine.Parsing;
using PureLlm.Engine.Configuration;

namespace PureLlm.Cli;

/// <summary>Mistakes on the command line, with the word that was probably meant.</summary>
internal static class UsageErrors
{
    /// <exception cref="CliException">The command line cannot be understood.</exception>
    public static void ThrowIfAny(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        Command command = parsed.CommandResult.Command;
        string path = PathOf(command);
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.FirstOrDefault() is { } unknown && !LooksLikeOption(unknown))
        {
            throw UnknownCommand(unknown, command, path);
        }
        HashSet<string> beforeDashes = [.. arguments.TakeWhile(argument => argument != "--")];
        // The parser takes an option that it does not know for an argument, so look at the arguments too.
        IEnumerable<string> taken = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value);
        foreach (string word in parsed.UnmatchedTokens.Concat(taken).Where(beforeDashes.Contains))
        {
            if (LooksLikeOption(word))
            {
                throw UnknownOption(word, command, path);
            }
        }
        if (parsed.UnmatchedTokens is [var first, ..])
        {
            throw TooMuch(first, command, path);
        }
        if (parsed.Errors is [var error, ..])
        {
            throw new CliException(ExitCode.Usage, Message(error, command, path), $"{path} --help");
        }
    }

    private static bool LooksLikeOption(string word) => word is ['-', '-', _, ..] || (word is ['-', var letter, ..] && char.IsAsciiLetter(letter));

    private static CliException UnknownOption(string word, Command command, string path)
    {
        string name = word.Split('=')[0];
        List<string> known = [];
        for (Command? level = command; level is not null; level = level.Parents.OfType<Command>().FirstOrDefault())
        {
            known.AddRange(level.Options.Where(option => level == command || option.Recursive).SelectMany(option => option.Aliases.Append(option.Name)));
        }
        string? nearest = Spelling.Nearest(name, known.Where(option => option.Length > 2));
        return new CliException(ExitCode.Usage, $"{path}: unknown option {name}{Meant(nearest)}", $"{path} --help        (a text that starts with '-' comes after a '--')");
    }

    private static CliException UnknownCommand(string word, Command command, string path)
    {
        string? nearest = Spelling.Nearest(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        string help = nearest is null ? $"{path} --help" : $"{path} {nearest} --help";
        return new CliException(ExitCode.Usage, $"{path}: unknown command '{word}'{Meant(nearest)}", help);
    }

    private static CliException TooMuch(string word, Command command, string path) =>
        new(ExitCode.Usage, $"{path}: '{word}' is one word too many{(command.Arguments.Count == 0 ? "; it takes none" : $" after <{string.Join("> <", command.Arguments.Select(argument => argument.Name))}>")} (words that belong together need quotes)", $"{path} --help");

    private static string Message(ParseError error, Command command, string path)
    {
        if (error.SymbolResult is ArgumentResult { Parent: CommandResult } argument && argument.Tokens.Count == 0 && command.Arguments.Contains(argument.Argument))
        {
            return $"{path}: <{argument.Argument.Name}> is missing: {argument.Argument.Description}";
        }
        return $"{path}: {error.Message.TrimEnd('.')}";
    }

    private static string Meant(string? nearest) => nearest is null ? "" : $"; did you mean {nearest}?";

    private static string PathOf(Command command)
    {
        List<string> names = [];
        for (Command? level = command; level is not null and not RootCommand; level = level.Parents.OfType<Command>().FirstOrDefault())
        {
            names.Insert(0, level.Name);
        }
        names.Insert(0, "pure-llm");
        return string.Join(' ', names);
    }
}
