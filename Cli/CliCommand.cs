using System.CommandLine;

namespace PureLlm.Cli;

/// <summary>A command: its arguments and options are added in its constructor, <see cref="Run"/> does the work.</summary>
/// <remarks>One file in Cli/Commands and one line in <see cref="Commands.CommandCatalog"/> make a new one. Results go to
/// <see cref="CommandContext.Out"/>, everything else to <see cref="CommandContext.Error"/>; a user's mistake is a <see cref="CliException"/>.</remarks>
public abstract class CliCommand(string name, string summary) : Command(name, summary)
{
    /// <summary>Command lines for the help, each with what it does: ("pure-llm train tiny.toml", "train the built-in stories").</summary>
    public virtual IReadOnlyList<(string CommandLine, string Meaning)> Examples => [];

    /// <summary>More lines under the help, a screen must still hold it all.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Does the work and returns one of <see cref="ExitCode"/>.</summary>
    public abstract int Run(CommandContext context);
}

/// <summary>A command that only holds others: without one of them it shows its help.</summary>
public sealed class CommandGroup : CliCommand
{
    public CommandGroup(string name, string summary, params CliCommand[] commands) : base(name, summary)
    {
        SetAction(_ => ExitCode.Ok); // so that "which one?" is asked by Run
        foreach (CliCommand command in commands)
        {
            Subcommands.Add(command);
        }
    }

    public override int Run(CommandContext context) =>
        throw new CliException(ExitCode.Usage, $"{Name}: which one? {string.Join(", ", Subcommands.Select(command => command.Name))}", $"pure-llm {Name} --help");
}
