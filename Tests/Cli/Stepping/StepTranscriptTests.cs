using System.Text.Json;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Stepping;

public sealed class StepTranscriptTests
{
    [Test]
    public void A_script_prints_a_block_for_each_key_the_same_each_time()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "--demo", "residual", "--at", "0:a4.0?tensor=W1", "--script", "n n n i f q"), Is.Zero, cli.Error.ToString());
        string text = cli.Out.ToString();
        Assert.That(text.Split('\n').Where(line => line.StartsWith("══ ", StringComparison.Ordinal)), Is.EqualTo(new[] { "══ n", "══ n", "══ n", "══ i", "══ f" }));
        Assert.That(text, Does.Not.Contain('\e'));
        GoldenText.Check("w1", text);
    }

    [TestCase("CI", "true")]
    [TestCase("NO_COLOR", "1")]
    [TestCase("TERM", "dumb")]
    public void A_terminal_that_is_not_to_be_drawn_on_gets_lines(string variable, string value)
    {
        using CliRunner cli = new CliRunner { IsTerminal = true, Input = "n n\n?\n\nnonsense\nq\n" }.With(variable, value);
        Assert.That(cli.Run("step", "--demo", "residual"), Is.Zero, cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("at 0:b5").And.Contain("at 0:b4").And.Contain("this help").And.Contain("no key nonsense").And.Not.Contain("\e"));
    }

    [Test]
    public void Json_gives_a_view_for_each_key()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "--demo", "residual", "--json", "--script", "n n q n"), Is.Zero, cli.Error.ToString());
        string[] lines = cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("schema").GetString()), Has.Exactly(3).EqualTo(StepViewJson.Schema));
        Assert.That(lines.Select(line => StepViewJson.Read(line).Cursor), Is.EqualTo(new[] { "0:s", "0:b6", "0:b5" }));
    }

    [Test]
    public void An_unknown_key_of_a_script_is_a_mistake_with_the_keys_that_there_are()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "--demo", "residual", "--script", "n nope"), Is.EqualTo(PureLlm.Cli.ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("nope").And.Contain("keys:"));
    }
}
