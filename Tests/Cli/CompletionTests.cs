using System.Diagnostics;
using PureLlm.Cli;
using PureLlm.Cli.Commands;

namespace PureLlm.Tests.Cli;

public sealed class CompletionTests
{
    [Test]
    public void The_script_holds_every_command_and_every_option([Values("bash", "zsh", "fish", "pwsh")] string shell)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("completion", shell), Is.EqualTo(ExitCode.Ok));
        string script = cli.Out.ToString();
        foreach (CliCommand command in CommandCatalog.CreateAll())
        {
            Assert.That(script, Does.Contain(command.Name));
            foreach (string name in command.Subcommands.Select(child => child.Name).Concat(command.Options.Select(option => shell == "fish" ? $"-l {option.Name[2..]}" : option.Name)))
            {
                Assert.That(script, Does.Contain(name), $"{command.Name} {name}");
            }
        }
        Assert.That(script, Does.Contain(shell == "fish" ? "-l threads" : "--threads"));
    }

    [TestCase("pure-llm doc", "doctor")]
    [TestCase("pure-llm completion z", "zsh")]
    [TestCase("pure-llm doctor --no-sp", "--no-speed")]
    public void Bash_completes(string line, string expected)
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("no bash here");
        }
        using var cli = new CliRunner();
        cli.Run("completion", "bash");
        string script = cli.Write("script", $"{cli.Out}\nCOMP_WORDS=({line}); COMP_CWORD={line.Split(' ').Length - 1}; _pure_llm; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n");
        using Process bash = Process.Start(new ProcessStartInfo("/bin/bash", ["--norc", script]) { RedirectStandardOutput = true })!;
        Assert.That(bash.StandardOutput.ReadToEnd(), Is.EqualTo(expected + "\n"));
        bash.WaitForExit();
    }

    [Test]
    public void An_unknown_shell_is_a_usage_mistake()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("completion", "tcsh"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("'tcsh'").And.Contains("pwsh"));
    }
}
