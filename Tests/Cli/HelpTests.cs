using System.CommandLine;
using PureLlm.Cli;
using PureLlm.Cli.Commands;

namespace PureLlm.Tests.Cli;

public sealed class HelpTests
{
    private static IEnumerable<string> CommandLines()
    {
        yield return "";
        var waiting = new Stack<(string Path, Command Command)>(CommandCatalog.CreateAll().Select(command => (command.Name, (Command)command)));
        while (waiting.TryPop(out (string Path, Command Command) next))
        {
            yield return next.Path;
            foreach (Command child in next.Command.Subcommands)
            {
                waiting.Push(($"{next.Path} {child.Name}", child));
            }
        }
    }

    [TestCaseSource(nameof(CommandLines))]
    public void Help_fits_a_screen_of_24_by_80(string path)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-h"]), Is.EqualTo(ExitCode.Ok));
        string[] lines = cli.Out.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.LessThanOrEqualTo(23), "one row is for the next prompt");
        Assert.That(lines.Where(line => line.Length > 80), Is.Empty);
        Assert.That(cli.Out.ToString(), Does.Not.Contain('\e'));
    }

    [TestCaseSource(nameof(CommandLines))]
    public void Every_option_and_argument_says_what_it_is(string path)
    {
        Command command = CommandCatalog.CreateRoot(new GlobalOptions());
        foreach (string name in path.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            command = command.Subcommands.Single(child => child.Name == name);
        }
        Assert.That(command.Description, Is.Not.Null.And.Not.Empty);
        Assert.That(command.Options.Cast<Symbol>().Concat(command.Arguments).Where(symbol => string.IsNullOrEmpty(symbol.Description)).Select(symbol => symbol.Name), Is.Empty);
    }

    [Test]
    public void Help_all_adds_the_global_options()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("doctor", "--help", "all"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("--no-color").And.Contains("--cwd D").And.Contains("--no-speed"));
    }
}
