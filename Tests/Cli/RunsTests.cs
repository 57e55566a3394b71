using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Tests.Engine.Training.Report;

namespace PureLlm.Tests.Cli;

public sealed class RunsTests
{
    [Test]
    public void List_has_a_row_per_run()
    {
        using CliRunner cli = TwoRuns();
        Directory.CreateDirectory(Path.Combine(cli.Folder, "runs", "no-run"));
        Assert.That(cli.Run("runs", "list"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] lines = cli.Out.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1], Does.Match(@"^a +100  0\.610  0\.426  \+0\.184 +640 +11s  \d{4}-\d\d-\d\d \d\d:\d\d +grammar 98$"));
        Assert.That(lines[2], Does.Match(@"^b +100  0\.510 .* unfinished$"));
    }

    [Test]
    public void List_may_put_the_best_first()
    {
        using CliRunner cli = TwoRuns();
        Assert.That(cli.Run("runs", "list", "--by-loss", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        Assert.That(json.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()), Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void Without_runs_it_says_how_to_make_one()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("runs", "list"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Error.ToString(), Does.Contain("no runs here yet"));
        Assert.That(cli.Out.ToString(), Is.Empty);
    }

    [Test]
    public void Show_tells_what_a_run_came_to()
    {
        using CliRunner cli = TwoRuns();
        Assert.That(cli.Run("runs", "show", "a"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("runs/a, completed").And.Contains("145,408 parameters").And.Contains("0.610 (floor 0.426, +0.184)").And.Contains("step-000100").And.Contains(new string('a', 64)).And.Contains("there was a <b>step</b> 100."));
    }

    [Test]
    public void Compare_shows_every_key_that_differs_and_marks_the_better_loss()
    {
        using CliRunner cli = TwoRuns();
        Assert.That(cli.Run("runs", "compare", "a", "runs/b"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string text = cli.Out.ToString();
        Assert.That(text, Does.Match(@"(?m)^model\.layers +2 +3$").And.Match(@"(?m)^train\.lr +\S+ +\S+$"));
        Assert.That(text, Does.Match(@"(?m)^validation loss +0\.6100 +0\.5100 \*$"));
        Assert.That(text, Does.Not.Contain("run.name").And.Not.Contains("model.width"));
        Assert.That(cli.Error.ToString(), Does.Not.Contain("do not compare"));
    }

    [Test]
    public void Compare_warns_where_losses_measure_different_things()
    {
        using var cli = new CliRunner();
        WrittenRun.Write(cli.Folder, "a");
        WrittenRun.Write(cli.Folder, "b", "[model]\ncontext = 64");
        Assert.That(cli.Run("runs", "compare", "a", "b"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain("their losses do not compare"));
        Assert.That(cli.Out.ToString(), Does.Not.Contain("*"));
        Assert.That(cli.Run("runs", "compare", "a"), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Report_is_written_into_the_run()
    {
        using CliRunner cli = TwoRuns();
        Assert.That(cli.Run("runs", "report", "b"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Is.EqualTo("runs/b/report.html\n"));
        Assert.That(cli.Read("runs/b/report.html"), Does.StartWith("<!doctype html>").And.Contains("unfinished"));
    }

    [TestCase("y\n", true)]
    [TestCase("yes\n", true)]
    [TestCase("\n", false)]
    [TestCase("", false)]
    [TestCase("no\n", false)]
    public void Rm_asks_first(string answer, bool deletes)
    {
        using var cli = new CliRunner { Input = answer, IsTerminal = true };
        WrittenRun.Write(cli.Folder, "a");
        WrittenRun.Write(cli.Folder, "b");
        Assert.That(cli.Run("runs", "rm", "a", "--no-color"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.StartWith("delete runs/a ("));
        Assert.That(Directory.GetDirectories(Path.Combine(cli.Folder, "runs")).Select(Path.GetFileName), Is.EquivalentTo(deletes ? ["b"] : new[] { "a", "b" }));
    }

    [Test]
    public void Rm_deletes_without_a_question_only_with_yes()
    {
        using CliRunner cli = TwoRuns();
        Assert.That(cli.Run("runs", "rm", "a", "b"), Is.EqualTo(ExitCode.Usage));
        Assert.That(Directory.Exists(Path.Combine(cli.Folder, "runs", "a")), Is.True);
        Assert.That(cli.Run("runs", "rm", "a", "b", "--yes"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(Directory.GetDirectories(Path.Combine(cli.Folder, "runs")), Is.Empty);
    }

    [Test]
    public void Rm_touches_nothing_that_is_no_run_or_is_in_use()
    {
        using CliRunner cli = TwoRuns();
        cli.Write("runs/mine/notes.txt", "keep");
        Assert.That(cli.Run("runs", "rm", "mine", "--yes"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("error[R002]").And.Contains("runs here: a, b"));
        using (PureLlm.Engine.Training.RunFolder.Open(Path.Combine(cli.Folder, "runs", "a")))
        {
            Assert.That(cli.Run("runs", "rm", "a", "--yes"), Is.EqualTo(ExitCode.Input));
            Assert.That(cli.Error.ToString(), Does.Contain("R006"));
        }
        Assert.That(Directory.Exists(Path.Combine(cli.Folder, "runs", "a")), Is.True);
        Assert.That(cli.Read("runs/mine/notes.txt"), Is.EqualTo("keep"));
    }

    [Test]
    public void A_trained_run_can_be_listed_shown_reported_and_generated_from()
    {
        using var cli = new CliRunner();
        cli.Write("text.txt", string.Concat(Enumerable.Repeat("One two\nthree four.\n", 20)));
        cli.Write("t.toml", "[data]\nsource = [\"text.txt\"]\nval = 0.2\nalign = \"any\"\n[tokenizer]\nkind = \"chars\"\n[model]\nlayers = 1\nwidth = 16\nheads = 2\ncontext = 8\n[train]\nbudget = \"8 steps\"\nbatch = 2\nwarmup = \"2 steps\"\n[eval]\nevery = \"4 steps\"\nsample = { prompt = \"One\", tokens = 8 }\n");
        Assert.That(cli.Run("train", "t.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Read("runs/t/report.html"), Does.Contain("<b>One</b>").And.Contains("completed"));
        Assert.That(cli.Run("runs", "show", "t", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        string hash = json.RootElement.GetProperty("weights_sha256").GetString()!;
        Assert.That(cli.Run("model", "info", "t", "--checkpoint", "latest", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain(hash), "the weights on the disk are those of the result");
        Assert.That(cli.Run("generate", "t", "One", "-n", "12"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Has.Length.EqualTo(13));
        Assert.That(cli.Run("gradcheck", "t.toml", "--samples", "1"), Is.EqualTo(ExitCode.Ok), cli.Out.ToString());
    }

    private static CliRunner TwoRuns()
    {
        var cli = new CliRunner();
        WrittenRun.Write(cli.Folder, "a");
        WrittenRun.Write(cli.Folder, "b", "[model]\nlayers = 3\n[train]\nlr = 1e-3", completed: false, loss: 0.5);
        return cli;
    }
}
