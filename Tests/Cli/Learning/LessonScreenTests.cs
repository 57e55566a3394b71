using PureLlm.Cli;

namespace PureLlm.Tests.Cli.Learning;

public sealed class LessonScreenTests
{
    [Test]
    public void Pages_turn_an_example_runs_a_question_is_answered_and_the_terminal_is_given_back()
    {
        var terminal = new TinyTerminal(100, 30);
        string first = "", second = "";
        int code = Show(terminal, [() => first = terminal.Text, ' ', () => second = terminal.Text, 'b', () => Assert.That(terminal.Text, Is.EqualTo(first)), 'q']);
        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(first, Does.Contain("A scalar's gradient").And.Contain("q quit"));
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((false, true)));
    }

    [Test]
    public void Tab_and_Enter_run_an_example_where_it_stands()
    {
        var terminal = new TinyTerminal(100, 30);
        string before = "", after = "";
        Show(terminal, ['\t', () => before = terminal.Text, '\r', () => after = terminal.Text, 'q']);
        Assert.That(before, Does.Contain("▌").And.Contain("$ pure-llm"));
        Assert.That(after, Does.Contain("▌").And.Not.Contain("it ended with"));
        Assert.That(after, Is.Not.EqualTo(before), "the whole output is there");
    }

    [Test]
    public void A_digit_answers_the_question_at_hand()
    {
        var terminal = new TinyTerminal(100, 30);
        List<object> keys = [];
        for (int i = 0; i < 30; i++)
        {
            keys.Add('\t');
            keys.Add('1');
        }
        bool isAnswered = false;
        keys.Add((Action)(() => isAnswered = terminal.Text.Contains('✓')));
        keys.Add('q');
        Show(terminal, keys);
        Assert.That(isAnswered, Is.True);
    }

    [Test]
    public void N_and_p_turn_to_other_lessons()
    {
        var terminal = new TinyTerminal(100, 30);
        string first = "", next = "";
        Show(terminal, [() => first = terminal.Text, 'n', () => next = terminal.Text, 'p', () => Assert.That(terminal.Text, Is.EqualTo(first)), 'p', () => Assert.That(terminal.Text, Does.Contain("this is the first lesson")), 'q']);
        Assert.That(next, Does.Contain("Lesson 2 of"));
    }

    [Test]
    public void A_narrow_window_and_a_new_size_are_followed()
    {
        var terminal = new TinyTerminal(40, 10);
        var size = new ScreenSize(40, 10);
        string narrow = "", wide = "";
        Show(terminal, [() => narrow = terminal.Text, () => { size = new ScreenSize(80, 24); terminal.Resize(80, 24); }, () => wide = terminal.Text, 'q'], () => size);
        Assert.That(narrow.Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(40));
        Assert.That(wide, Does.Contain("Lesson 1 of"));
    }

    private static int Show(TinyTerminal terminal, IEnumerable<object> keys, Func<ScreenSize>? size = null)
    {
        using var cli = new CliRunner();
        var host = new CommandHost
        {
            In = TextReader.Null,
            Out = new TerminalWriter(terminal),
            Error = cli.Error,
            InIsTerminal = true,
            OutIsTerminal = true,
            ErrorIsTerminal = true,
            Folder = cli.Folder,
            Size = size ?? (() => new ScreenSize(100, 30)),
            Keyboard = new Script(keys),
        };
        int code = CommandLineApp.Run(["learn", "1"], host);
        Assert.That(cli.Error.ToString(), Is.Empty);
        return code;
    }

    private sealed class TerminalWriter(TinyTerminal terminal) : StringWriter
    {
        public override void Flush()
        {
            terminal.Receive(ToString());
            GetStringBuilder().Clear();
        }
    }

    /// <summary>Keys, and what is looked at between them when the screen has been drawn.</summary>
    private sealed class Script(IEnumerable<object> steps) : IKeyboard
    {
        private readonly Queue<object> waiting = new(steps);

        public ConsoleKeyInfo? Read()
        {
            if (waiting.Peek() is Delegate)
            {
                _ = waiting.Dequeue() switch { Func<string> read => read(), Action look => Do(look), _ => "" };
                return null;
            }
            char key = (char)waiting.Dequeue();
            return new ConsoleKeyInfo(key, key switch { '\t' => ConsoleKey.Tab, '\r' => ConsoleKey.Enter, _ => ConsoleKey.None }, false, false, false);
        }

        private static string Do(Action look)
        {
            look();
            return "";
        }
    }
}
