using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PureLlm.Tests.Cli.Stepping;

/// <summary>The step viewer on a real terminal, by a person's keys.</summary>
[Category("Terminal")]
[Platform(Exclude = "Win")]
public sealed partial class StepTerminalTests
{
    /// <summary>Three frames before the gradient of W1, with that tensor selected.</summary>
    private const string BeforeW1 = "step --demo residual --at \"0:a4.0?tensor=W1\"";

    [OneTimeSetUp]
    public void Require_tmux() => Tmux.Require();

    [Test]
    public void Three_keys_lead_to_a_weight_and_two_more_to_its_formula_its_terms_and_its_proof()
    {
        using var terminal = new Tmux();
        Open(terminal, BeforeW1);
        terminal.Press("n", "n", "n", "i", "f");
        string pane = terminal.WaitFor("level=element&view=check", "✓");
        Assert.That(pane, Does.Contain("dW = dyᵀ·x").And.Contain("−0.30405").And.Contain("finite difference"));
        Assert.That(CodeLine().IsMatch(pane), $"file and line:\n{pane}");
    }

    [Test]
    public void Three_steps_back_show_the_same_bytes_as_before()
    {
        using var terminal = new Tmux();
        string before = Open(terminal, BeforeW1);
        terminal.Press("n", "n", "n");
        terminal.WaitFor("at 0:b1");
        terminal.Press("p", "p", "p");
        terminal.WaitFor("at 0:a4.0");
        Assert.That(terminal.Pane, Is.EqualTo(before));
    }

    [Test]
    public void A_window_that_shrinks_and_grows_is_drawn_anew_without_residue()
    {
        using var terminal = new Tmux();
        string before = Open(terminal, BeforeW1);
        Assert.That(before, Does.Contain("TAPE"));
        terminal.Resize(80, 24);
        string small = terminal.WaitUntil(pane => !pane.Contains("TAPE", StringComparison.Ordinal) && pane.Contains("q quit", StringComparison.Ordinal), "a screen without the tape");
        Assert.That(small.Split('\n'), Has.Length.LessThanOrEqualTo(24).And.All.Length.LessThanOrEqualTo(80));
        terminal.Resize(100, 30);
        terminal.WaitFor("TAPE", "q quit");
        Assert.That(terminal.WaitUntil(pane => pane == before, "the first picture again"), Is.EqualTo(before));
    }

    [TestCase("q")]
    [TestCase("Escape")]
    [TestCase("C-c")]
    [TestCase("kill")]
    public void The_terminal_is_given_back_as_it_was(string way)
    {
        using var terminal = new Tmux();
        terminal.Type("echo a line before; stty -a > before");
        terminal.WaitFor("a line before");
        terminal.Type($"{Tmux.Program} {BeforeW1}; stty -a > after; echo all\" \"over");
        terminal.WaitFor("q quit");
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((true, false)));
        terminal.Press("n", "?");
        terminal.WaitFor("backspace");
        terminal.Press("Escape");
        terminal.WaitFor("TAPE");
        if (way == "kill") { Process.Start("kill", ["-TERM", terminal.Child().ToString(CultureInfo.InvariantCulture)]).WaitForExit(); }
        else { terminal.Press(way); }
        string pane = terminal.WaitFor("a line before", "all over");
        Assert.That((terminal.IsAlternate, terminal.IsCursorShown), Is.EqualTo((false, true)));
        Assert.That(pane, Does.Not.Contain("TAPE"));
        Assert.That(File.ReadAllText(Path.Combine(terminal.Folder, "after")), Is.EqualTo(File.ReadAllText(Path.Combine(terminal.Folder, "before"))));
    }

    [TestCase("NO_COLOR=1 {0} > out")]
    [TestCase("TERM=dumb {0} > out")]
    [TestCase("{0} | cat > out")]
    public void Without_a_screen_there_is_no_escape_byte_and_a_script_gives_the_same_text(string how)
    {
        using var terminal = new Tmux();
        terminal.Type($"{string.Format(CultureInfo.InvariantCulture, how, $"{Tmux.Program} {BeforeW1} --script \"n n n i f q\"")}; echo all\" \"over");
        terminal.WaitFor("all over");
        string text = File.ReadAllText(Path.Combine(terminal.Folder, "out"));
        Assert.That(text, Does.Not.Contain('\e'));
        GoldenText.Check("w1", text);
    }

    [Test]
    public void Where_a_number_went_wrong_is_told_as_a_line_that_leads_there()
    {
        using var terminal = new Tmux(140, 50);
        terminal.Type($"{Tmux.Program} step --demo nan --at nan --plain > first 2> told; echo all\" \"over");
        terminal.WaitFor("all over");
        string told = File.ReadAllLines(Path.Combine(terminal.Folder, "told")).Single(line => line.Contains("open it:", StringComparison.Ordinal));
        terminal.Type($"{Tmux.Program} {told[(told.IndexOf("pure-llm", StringComparison.Ordinal) + "pure-llm".Length)..]}");
        string pane = terminal.WaitFor("q quit", "at 0:");
        string at = File.ReadAllLines(Path.Combine(terminal.Folder, "first"))[1];
        Assert.That(pane.Split('\n')[^1].Trim(), Is.EqualTo(at));
        Assert.That(at, Does.StartWith("at 0:f"), "the origin is a forward frame");
        terminal.Press("q");
    }

    [Test]
    public void On_a_dumb_terminal_one_types_lines_of_keys()
    {
        using var terminal = new Tmux(100, 60);
        terminal.Type($"TERM=dumb {Tmux.Program} {BeforeW1}");
        terminal.WaitFor("q: quit) >");
        terminal.Type("n n n i");
        terminal.WaitFor("kernel −0.30405");
        Assert.That(terminal.IsAlternate, Is.False);
        terminal.Type("q");
        terminal.WaitUntil(pane => pane.TrimEnd().EndsWith("ready>", StringComparison.Ordinal), "the shell");
    }

    [Test]
    public void Ten_thousand_steps_take_no_more_memory_than_the_first_five_thousand()
    {
        using var terminal = new Tmux();
        Open(terminal, "step --demo residual");
        int process = terminal.Child();
        var watch = Stopwatch.StartNew();
        Steps(50); // the compiler and the collector settle
        long before = Resident(process);
        Steps(50);
        Assert.That(Resident(process), Is.LessThan(before * 1.1), "kB resident");
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));

        void Steps(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                terminal.PressOften(100, "n");
                terminal.WaitFor("this is the last one");
                terminal.Press("g");
                terminal.WaitFor("at 0:z");
            }
        }
    }

    /// <summary>Starts the program and gives its first picture.</summary>
    private static string Open(Tmux terminal, string command)
    {
        terminal.Type($"{Tmux.Program} {command}");
        terminal.WaitFor("q quit", "at 0:");
        Thread.Sleep(50);
        return terminal.Pane;
    }

    private static long Resident(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"CODE +Autograd/Ops/MatMul\.cs:\d+")]
    private static partial Regex CodeLine();
}
