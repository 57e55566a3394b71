using System.CommandLine;
using PureLlm.Cli.Commands;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli;

/// <summary>The program: parses a command line, runs its command, and turns every failure into a message and an exit code.</summary>
/// <remarks>Keeps no state of its own; while a command runs, its folder is the current one of the process.</remarks>
public static class CommandLineApp
{
    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, CommandHost host)
    {
        var globals = new GlobalOptions();
        RootCommand root = CommandCatalog.CreateRoot(globals);
        // A prompt or a file name may start with '@': no response files.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        using var context = new CommandContext(host, parsed, globals);
        int code = RunGuarded(context, globals, arguments);
        host.Out.Flush();
        host.Error.Flush();
        return code;
    }

    private static int RunGuarded(CommandContext context, GlobalOptions globals, IReadOnlyList<string> arguments)
    {
        try
        {
            return Dispatch(context, globals, arguments);
        }
        catch (Exception error)
        {
            return FailureReport.Write(error, context, arguments);
        }
    }

    private static int Dispatch(CommandContext context, GlobalOptions globals, IReadOnlyList<string> arguments)
    {
        Command command = context.Parsed.CommandResult.Command;
        if (context.Parsed.GetResult(globals.Help) is { Implicit: false })
        {
            HelpText.Write(context, command, globals, showAll: context.Parsed.GetValue(globals.Help) == "all");
            return ExitCode.Ok;
        }
        if (context.Parsed.GetValue(globals.Version))
        {
            context.Out.WriteLine(context.Style.Plain(ProductVersion.Line));
            return ExitCode.Ok;
        }
        UsageErrors.ThrowIfAny(context.Parsed, arguments);
        if (!Directory.Exists(context.Folder))
        {
            throw new CliException(ExitCode.Usage, $"--cwd: there is no folder {context.Folder}");
        }
        if (command is CliCommand runnable)
        {
            return InFolder(context.Folder, () => runnable.Run(context));
        }
        HomeScreen.Write(context);
        return ExitCode.Ok;
    }

    /// <summary>Works in a folder: names in configurations are relative to it.</summary>
    private static int InFolder(string folder, Func<int> work)
    {
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder;
        try
        {
            return work();
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
