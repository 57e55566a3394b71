using System.Text.Json;
using System.Text.RegularExpressions;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli.Stepping;

/// <summary>A run on a real terminal, by a person's keys.</summary>
[Category("Terminal")]
[Platform(Exclude = "Win")]
public sealed partial class TrainTerminalTests
{
    private static readonly string Config = SmallConfig.Text(steps: 6000, evaluateEvery: 1000);

    [OneTimeSetUp]
    public void Require_tmux() => Tmux.Require();

    [Test]
    public async Task A_run_is_paused_stepped_through_and_served_and_has_the_bits_of_one_that_is_left_alone()
    {
        using var terminal = new Tmux();
        await File.WriteAllTextAsync(Path.Combine(terminal.Folder, "small.toml"), Config);
        terminal.Type($"{Tmux.Program} train small.toml");
        terminal.WaitFor("[s] step-through");
        terminal.Press("p");
        terminal.WaitFor("paused: p goes on");
        Thread.Sleep(500); // the step that it was in, and the picture of it
        long held = StepOf(terminal.Pane);
        Thread.Sleep(500);
        Assert.That(StepOf(terminal.Pane), Is.EqualTo(held), "it stands still");

        terminal.Press("s");
        terminal.WaitFor("q quit", $"at {held}:s");
        terminal.Press("n");
        terminal.WaitFor($"at {held}:b");
        terminal.Press("q");
        terminal.WaitFor("paused: p goes on", "[s] step");
        Assert.That(StepOf(terminal.Pane), Is.EqualTo(held), "still paused, as before");

        terminal.Press("w");
        string address = Address().Match(terminal.WaitFor("http://127.0.0.1:")).Value;
        using (var client = new HttpClient())
        {
            Assert.That(await client.GetStringAsync(new Uri(address)), Does.Contain("<html"));
            using var state = JsonDocument.Parse(await client.GetStringAsync(new Uri(new Uri(address), "/api/training")));
            Assert.That((state.RootElement.GetProperty("paused").GetBoolean(), state.RootElement.GetProperty("step").GetInt64()), Is.EqualTo((true, held)));
        }

        terminal.Press("p");
        terminal.WaitUntil(pane => StepOf(pane) > held, "a later step");
        terminal.Press("s");
        terminal.WaitFor("q quit", "at ");
        terminal.Press("q");
        terminal.WaitFor("done", "ready>");
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((false, true)));

        using var alone = new CliRunner();
        alone.Write("small.toml", Config);
        Assert.That(alone.Run("train", "small.toml", "--plain"), Is.EqualTo(ExitCode.Ok), alone.Error.ToString());
        Assert.That(Weights(Path.Combine(terminal.Folder, "runs/small/result.json")), Is.EqualTo(Weights(Path.Combine(alone.Folder, "runs/small/result.json"))));
    }

    private static string Weights(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("weights_sha256").GetString()!;

    /// <summary>The step of the panel; −1 where there is none.</summary>
    private static long StepOf(string pane) => Step().Match(pane) is { Success: true } match ? long.Parse(match.Groups[1].Value.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex(@"step +([\d,]+) / 6,000")]
    private static partial Regex Step();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/live")]
    private static partial Regex Address();
}
