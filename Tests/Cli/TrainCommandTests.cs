using System.Text.Json;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

[NonParallelizable]
public sealed class TrainCommandTests
{
    private static readonly string Small = SmallConfig.Text(steps: 6, evaluateEvery: 3);

    [Test]
    public void A_run_leaves_its_folder_and_tells_what_it_came_to()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string text = cli.Out.ToString();
        Assert.That(text, Does.Match(@"(?m)^step=6 t=\d+\.\d+s loss=\d\.\d{3} val=\d\.\d{3}.* tok/s=\d+ lr=\S+ gnorm=\d+\.\d\d eta=0s$"));
        Assert.That(text, Does.Contain("done · 6 steps in").And.Contains("try:  pure-llm generate runs/small"));
        Assert.That(text + cli.Error, Does.Not.Contain('\e'));
        foreach (string file in new[] { "config.resolved.toml", "metrics.jsonl", "result.json", "samples.md", "log.txt", "latest" })
        {
            Assert.That(Path.Combine(cli.Folder, "runs/small", file), Does.Exist);
        }
    }

    [Test]
    public void An_existing_run_is_left_alone_and_three_ways_out_are_named()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Small);
        cli.Run("train", "small.toml");
        string metrics = cli.Read("runs/small/metrics.jsonl");
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[R001]").And.Contains("--run").And.Contains("--resume").And.Contains("--overwrite"));
        Assert.That(cli.Read("runs/small/metrics.jsonl"), Is.EqualTo(metrics));
        Assert.That(cli.Run("train", "small.toml", "--run", "second"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Run("train", "small.toml", "--overwrite", "--steps", "2"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Run("train", "--resume", "runs/small", "--steps", "4"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("resumed at step 2").And.Contains("done · 4 steps"));
    }

    [Test]
    public void A_dry_run_writes_nothing()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml", "--dry-run"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("parameters").And.Contains("6 steps").And.Contains("guessing"));
        Assert.That(Directory.GetFileSystemEntries(cli.Folder), Has.Length.EqualTo(1));
        Assert.That(cli.Run("train", "small.toml", "--dry-run", "--json"), Is.EqualTo(ExitCode.Ok));
        Assert.That(JsonDocument.Parse(cli.Out.ToString()).RootElement.GetProperty("steps").GetInt64(), Is.EqualTo(6));
    }

    [Test]
    public void Json_events_are_all_that_is_on_standard_output()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml", "--json"), Is.EqualTo(ExitCode.Ok));
        string[] events = [.. cli.Out.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
        Assert.That(events[0], Is.EqualTo("start"));
        Assert.That(events[^1], Is.EqualTo("end"));
        Assert.That(events, Has.Exactly(7).EqualTo("step"), "one before the first step, and six");
    }

    [Test]
    public void Ctrl_C_saves_and_resuming_ends_with_the_same_weights()
    {
        using var whole = new CliRunner();
        whole.Write("small.toml", Small);
        whole.Run("train", "small.toml", "--json", "--set", "eval.every=\"0 steps\"");
        var signals = new FakeSignals { AtLine = "\"event\":\"step\",\"step\":3," };
        using var cli = new CliRunner { Signals = signals };
        cli.Write("small.toml", Small);
        using var watched = new WatchedWriter(signals);
        CommandHost host = cli.Host();
        int code = CommandLineApp.Run(["train", "small.toml", "--json", "--set", "eval.every=\"0 steps\""], new CommandHost { In = host.In, Out = watched, Error = host.Error, Folder = cli.Folder, Signals = signals });
        Assert.That(code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(cli.Error.ToString(), Does.Contain("finishing step").And.Contains("press again to quit without saving").And.Contains("resume: pure-llm train --resume runs/small"));
        Assert.That(cli.Run("train", "--resume", "runs/small", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(Weights(cli), Is.EqualTo(Weights(whole)));
    }

    [Test]
    public void A_second_Ctrl_C_ends_at_once()
    {
        var signals = new FakeSignals { AtLine = "\"event\":\"step\",\"step\":3,", Times = 2 };
        using var cli = new CliRunner { Signals = signals };
        cli.Write("small.toml", Small);
        using var watched = new WatchedWriter(signals);
        CommandHost host = cli.Host();
        int code = CommandLineApp.Run(["train", "small.toml", "--json"], new CommandHost { In = host.In, Out = watched, Error = host.Error, Folder = cli.Folder, Signals = signals, Terminate = cli.Terminated.Add });
        Assert.That((code, cli.Terminated), Is.EqualTo((ExitCode.Interrupted, new[] { ExitCode.Interrupted })).Using<(int, IEnumerable<int>)>((a, b) => a.Item1 == b.Item1 && a.Item2.SequenceEqual(b.Item2)));
        Assert.That(Directory.Exists(Path.Combine(cli.Folder, "runs/small/checkpoints/step-000003")), Is.False);
    }

    [Test]
    public void Divergence_ends_with_5_and_says_what_to_try()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml", "--set", "train.lr=500", "--set", "train.clip=0", "--steps", "60"), Is.EqualTo(ExitCode.Numeric), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.StartWith("stopped at step").And.Contains("pure-llm train --resume runs/small --set train.lr=").And.Contains("--set train.clip=1"));
    }

    [Test]
    public void On_a_terminal_the_screen_is_live_and_given_back()
    {
        using var cli = new CliRunner { IsTerminal = true, Size = new(100, 30) };
        cli.Write("small.toml", Small);
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string text = cli.Out.ToString();
        Assert.That(text, Does.StartWith("\e[?1049h\e[?25l"));
        int end = text.LastIndexOf("\e[?25h\e[?1049l", StringComparison.Ordinal);
        Assert.That(end, Is.GreaterThan(0));
        var terminal = new TinyTerminal(100, 30);
        terminal.Receive(text[..end]);
        Assert.That(terminal.Text, Does.Contain("small").And.Contains("loss").And.Contains("save & stop"));
        Assert.That(text[end..], Does.Contain("done").And.Contains("pure-llm chat runs/small"));
    }

    [TestCase("p", "paused")]
    [TestCase("q", "finishing step")]
    public void Keys_pause_and_stop(string key, string status)
    {
        var keyboard = new FakeKeyboard(key);
        using var cli = new CliRunner { IsTerminal = true, Keyboard = keyboard, Size = new(100, 30) };
        cli.Write("small.toml", Small);
        int code = cli.Run("train", "small.toml", "--steps", "1000000", "--set", "eval.every=\"0 steps\""); // more than it can make before a key is read
        Assert.That(cli.Out.ToString(), Does.Contain(status));
        Assert.That(code, Is.EqualTo(ExitCode.Interrupted));
    }

    private static string Weights(CliRunner cli) => JsonDocument.Parse(cli.Read("runs/small/result.json")).RootElement.GetProperty("weights_sha256").GetString()!;

    /// <summary>Presses a key once; after a pause it presses it again, to go on, and then stops the run.</summary>
    private sealed class FakeKeyboard(string key) : IKeyboard
    {
        private int frames;

        public ConsoleKeyInfo? Read() => ++frames switch
        {
            1 => Key(key[0]),
            6 when key == "p" => Key('p'),
            10 => Key('q'),
            _ => null,
        };

        private static ConsoleKeyInfo Key(char character) => new(character, ConsoleKey.None, false, false, false);
    }

    private sealed class FakeSignals : ISignals
    {
        private Action? handler;

        public required string AtLine { get; init; }

        public int Times { get; init; } = 1;

        public void Raise()
        {
            for (int i = 0; i < Times; i++)
            {
                handler!();
            }
        }

        public IDisposable Listen(Action handler)
        {
            this.handler = handler;
            return new StringReader("");
        }
    }

    /// <summary>Raises the signal when a line is written.</summary>
    private sealed class WatchedWriter(FakeSignals signals) : StringWriter
    {
        public override void WriteLine(ReadOnlySpan<char> buffer)
        {
            base.WriteLine(buffer);
            if (buffer.Contains(signals.AtLine, StringComparison.Ordinal))
            {
                signals.Raise();
            }
        }
    }
}
