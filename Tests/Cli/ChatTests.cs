using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class ChatTests
{
    [Test]
    public void Each_line_is_continued_and_the_end_of_input_ends_with_0()
    {
        string[] lines = Chat("ab\ncd\n", out CliRunner cli, "-n", "10").Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3), "two continuations");
        Assert.That(lines[..2], Has.All.Length.EqualTo(10));
        Assert.That(cli.Error.ToString(), Does.Contain("is a base model: it continues text"));
    }

    [Test]
    public void Save_writes_the_text_of_both()
    {
        string[] lines = Chat("ab\ncd\n\n/save all.txt\n/exit\nef\n", out CliRunner cli, "-n", "6").Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4), "an empty line goes on, nothing after /exit is read");
        Assert.That(cli.Read("all.txt").Replace(" ", "", StringComparison.Ordinal), Is.EqualTo($"ab{lines[0]}cd{lines[1]}{lines[2]}".Replace(" ", "", StringComparison.Ordinal)));
    }

    [Test]
    public void Regen_writes_another_end_and_undo_takes_it_back()
    {
        string[] lines = Chat("ab\n/regen\n/save one.txt\n/undo\n/save none.txt\n", out CliRunner cli, "-n", "12").Split('\n');
        Assert.That(lines[1], Is.Not.EqualTo(lines[0]).And.Length.EqualTo(12));
        Assert.That(cli.Read("one.txt"), Is.EqualTo($"ab{lines[1]}"), "the first attempt is gone");
        Assert.That(cli.Read("none.txt"), Is.Empty);
    }

    [Test]
    public void System_text_begins_every_new_text_once()
    {
        string[] lines = Chat("/system ponm\nab\n/regen\n/save a.txt\n", out CliRunner cli, "-n", "4", "--stop", " ").Split('\n');
        Assert.That(cli.Read("a.txt"), Is.EqualTo($"ponm ab{lines[1]}"));
    }

    [Test]
    public void Temperature_zero_always_writes_the_same()
    {
        string[] lines = Chat("/temp 0\nab\n/regen\n", out _, "-n", "12").Split('\n');
        Assert.That(lines[1], Is.EqualTo(lines[0]));
    }

    [Test]
    public void Probabilities_are_sorted_and_at_most_1()
    {
        string[] lines = Chat("/probs\nab\n/probs\n", out CliRunner cli, "-n", "3").TrimEnd('\n').Split('\n');
        Assert.That(cli.Error.ToString(), Does.Contain("the prompt is empty"), "before the first text there is nothing to look at");
        double[] shares = [.. lines[1..].Select(line => double.Parse(line.Split('%')[0], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(shares, Has.Length.EqualTo(10).And.Ordered.Descending);
        Assert.That(shares.Sum(), Is.LessThanOrEqualTo(100.5).And.GreaterThan(50));
    }

    [TestCase("/undo", "nothing to take back")]
    [TestCase("/regen", "nothing to write again")]
    [TestCase("/tmp 1", "did you mean /temp?")]
    [TestCase("/temp hot", "give a number")]
    [TestCase("/temp -1", "must be 0 or more")]
    [TestCase("/save", "into which file?")]
    [TestCase("Ω", "Ω")]
    public void A_mistake_is_told_and_ends_nothing(string line, string message)
    {
        string[] lines = Chat($"{line}\nab\n", out CliRunner cli, "-n", "5").Split('\n');
        Assert.That(cli.Error.ToString(), Does.Contain("error: ").And.Contains(message));
        Assert.That(lines[^2], Has.Length.EqualTo(5));
    }

    [Test]
    public void Save_never_writes_over_a_file()
    {
        using CliRunner cli = GenerateTests.Runner("ab\n/save a.txt\n");
        cli.Write("a.txt", "mine");
        Assert.That(cli.Run("chat", "m", "-n", "3"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Read("a.txt"), Is.EqualTo("mine"));
        Assert.That(cli.Error.ToString(), Does.Contain("error: "));
    }

    [Test]
    public void Ctrl_C_stops_the_model_and_a_second_one_the_program()
    {
        using CliRunner cli = GenerateTests.Runner();
        var signals = new Signals();
        var output = new PressingWriter(signals) { NewLine = "\n" };
        CommandHost host = new() { In = new StringReader("ab\n"), Out = output, Error = cli.Error, Folder = cli.Folder, Signals = signals, Terminate = cli.Terminated.Add };
        Assert.That(CommandLineApp.Run(["chat", "m", "-n", "2000000"], host), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain("[stopped]"));
        Assert.That(cli.Terminated, Is.Empty);
        signals.Press();
        Assert.That(cli.Terminated, Is.EqualTo(new[] { ExitCode.Ok }), "where the model does not write, at once");
    }

    [Test]
    public void Ctrl_C_in_generate_ends_with_130()
    {
        using CliRunner cli = GenerateTests.Runner();
        var signals = new Signals();
        CommandHost host = new() { In = TextReader.Null, Out = new PressingWriter(signals), Error = cli.Error, Folder = cli.Folder, Signals = signals };
        Assert.That(CommandLineApp.Run(["generate", "m", "ab", "-n", "2000000"], host), Is.EqualTo(ExitCode.Interrupted));
    }

    private sealed class Signals : ISignals
    {
        private Action? handler;

        public void Press() => handler!();

        public IDisposable Listen(Action listener)
        {
            handler = listener;
            return new MemoryStream();
        }
    }

    /// <summary>Presses Ctrl-C once, when 20 characters are written.</summary>
    private sealed class PressingWriter(Signals signals) : StringWriter
    {
        private bool isPressed;

        public override void Write(string? value)
        {
            base.Write(value);
            if (!isPressed && GetStringBuilder().Length > 20)
            {
                isPressed = true;
                signals.Press();
            }
        }
    }

    [TearDown]
    public void DeleteFolders()
    {
        runners.ForEach(runner => runner.Dispose());
        runners.Clear();
    }

    private readonly List<CliRunner> runners = [];

    private string Chat(string input, out CliRunner cli, params string[] options)
    {
        cli = GenerateTests.Runner(input);
        runners.Add(cli);
        Assert.That(cli.Run(["chat", "m", .. options]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        return cli.Out.ToString();
    }
}
