using PureLlm.Cli;
using PureLlm.Cli.Rendering;

namespace PureLlm.Tests.Cli;

public sealed class OutputModesTests
{
    [Test]
    public void A_terminal_has_colours_and_a_live_screen()
    {
        using var cli = new CliRunner { IsTerminal = true };
        Assert.That(cli.Run("-h"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain('\e'));
        Assert.That(Modes(cli).Live, Is.True);
    }

    [TestCase("NO_COLOR", "1")]
    [TestCase("TERM", "dumb")]
    public void No_escape_byte_where_it_is_not_wanted_even_if_colour_is_forced(string variable, string value)
    {
        using CliRunner cli = new CliRunner { IsTerminal = true }.With("FORCE_COLOR", "1").With(variable, value);
        foreach (string[] line in new[] { new[] { "-h" }, ["doctor", "--no-speed"], ["nonsense"], [] })
        {
            cli.Run(line);
            Assert.That(cli.Out.ToString() + cli.Error, Does.Not.Contain('\e'), string.Join(' ', line));
        }
        Assert.That(Modes(cli).Live, Is.False);
    }

    [TestCase("CI", "true", false)]
    [TestCase("CI", "", true)]
    [TestCase("CI", "false", true)]
    public void CI_is_plain(string variable, string value, bool live)
    {
        using CliRunner cli = new CliRunner { IsTerminal = true }.With(variable, value);
        Assert.That(Modes(cli).Live, Is.EqualTo(live));
        Assert.That(Modes(cli).ColorOut, Is.EqualTo(live));
    }

    [Test]
    public void Forced_colour_reaches_a_pipe_but_not_a_live_screen()
    {
        using CliRunner cli = new CliRunner().With("FORCE_COLOR", "1");
        cli.Run("-h");
        Assert.That(cli.Out.ToString(), Does.Contain('\e'));
        Assert.That(Modes(cli).Live, Is.False);
    }

    [Test]
    public void Ascii_output_is_ASCII()
    {
        using var cli = new CliRunner();
        foreach (string[] line in new[] { new[] { "--ascii", "-h", "all" }, ["--ascii"], ["--ascii", "--version"], ["--ascii", "doctor", "--no-speed"] })
        {
            cli.Run(line);
            Assert.That(cli.Out.ToString().Where(c => c > 126), Is.Empty, string.Join(' ', line));
        }
    }

    private static OutputModes Modes(CliRunner cli) => new(cli.Host(), noColor: false, plain: false, ascii: false, json: false);
}
