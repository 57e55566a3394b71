using System.CommandLine;

namespace PureLlm.Cli.Commands;

/// <summary>The one list of commands; help, home screen and completion are made from it.</summary>
public static class CommandCatalog
{
    /// <summary>New instances of all commands, in the order of the help.</summary>
    public static IReadOnlyList<CliCommand> CreateAll() =>
    [
        new DemoCommand(),
        new NewCommand(),
        new TrainCommand(),
        ConfigCommand.Create(),
        new GenerateCommand(),
        new ChatCommand(),
        RunsCommand.Create(),
        DataCommand.Create(),
        TokenizerCommand.Create(),
        ModelCommand.Create(),
        new StepCliCommand(),
        new LearnCommand(),
        new GradcheckCommand(),
        new ExplainCommand(),
        BenchCommand.Create(),
        new DoctorCommand(),
        new CompletionCommand(),
    ];

    /// <summary>The root with all commands and the global options.</summary>
    public static RootCommand CreateRoot(GlobalOptions globals)
    {
        var root = new RootCommand("From raw text to a served assistant, in C# alone.");
        root.Options.Clear();
        root.Directives.Clear();
        root.SetAction(_ => ExitCode.Ok); // alone it is the home screen, not an error
        globals.AddTo(root);
        foreach (CliCommand command in CreateAll())
        {
            root.Subcommands.Add(command);
        }
        return root;
    }

    /// <summary>Runs another command, as if its command line had been typed after this one's global options.</summary>
    public static int RunOther(CommandContext context, params string[] arguments) => CommandLineApp.Run([.. arguments, .. context.GlobalArguments], context.Host);
}
