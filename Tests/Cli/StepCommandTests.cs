using System.Text.Json;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class StepCommandTests
{
    private const string Config = "[data]\nsource = \"sort\"\nsize = \"4kB\"\nval = 0.2\n[tokenizer]\nkind = \"chars\"\n[model]\nlayers = 1\nwidth = 8\nheads = 2\ncontext = 40\n[train]\nbudget = \"6 steps\"\nbatch = 2\n[eval]\nevery = \"3 steps\"\nscores = false\nsample = { tokens = 0 }\n[checkpoint]\nevery = \"4 steps\"\n[run]\nname = \"small\"\n";

    [Test]
    public void A_demo_is_shown_as_one_JSON_object()
    {
        using var cli = new CliRunner();
        JsonElement view = Json(cli, "step", "--demo", "residual");
        Assert.That(view.GetProperty("schema").GetString(), Is.EqualTo("pure-llm/step/1"));
        Assert.That(view.GetProperty("cursor").GetString(), Is.EqualTo("0:s"));
        Assert.That(view.GetProperty("title").GetString(), Is.EqualTo("demo residual"));
    }

    [Test]
    public void The_demos_are_listed()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "--demo", "list"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("residual  "));
        Assert.That(Json(cli, "step", "--demo", "list").GetProperty("demos").GetArrayLength(), Is.GreaterThanOrEqualTo(1));
    }

    [Test]
    public void An_expression_is_computed_from_its_values()
    {
        using var cli = new CliRunner();
        JsonElement view = Json(cli, "step", "L = (a*b + c).tanh()", "--set", "a=2", "--set", "b=-3", "--set", "c=10");
        Assert.That(view.GetProperty("loss").GetDouble(), Is.EqualTo(Math.Tanh(4)).Within(1e-6));
        Assert.That(view.GetProperty("title").GetString(), Is.EqualTo("L = (a*b + c).tanh()"));
    }

    [Test]
    public void A_place_and_an_element_are_found_and_a_script_moves_on_from_there()
    {
        using var cli = new CliRunner();
        Assert.That(Json(cli, "step", "--demo", "residual", "--at", "2:b1", "--el", "2,1").GetProperty("cursor").GetString(), Does.StartWith("2:b1").And.Contain("el=2,1"));
        Assert.That(Json(cli, "step", "--demo", "residual", "--at", "0:z", "--script", "n n q").GetProperty("frame").GetProperty("id").GetString(), Is.EqualTo("f1"));
    }

    [TestCase("which", "step")]
    [TestCase("column 3: a value is missing", "step", "a*")]
    [TestCase("'b' has no value: --set b=1", "step", "a*b", "--set", "a=2")]
    [TestCase("did you mean residual?", "step", "--demo", "residul")]
    [TestCase("two things", "step", "a*b", "--demo", "residual")]
    [TestCase("no frame 'b99'", "step", "--demo", "residual", "--at", "0:b99")]
    [TestCase("has steps 0 to 100, not 900", "step", "--demo", "residual", "--at", "900")]
    [TestCase("the step 'x' is not a number", "step", "--demo", "residual", "--at", "x:b1")]
    [TestCase("its own numbers", "step", "--demo", "residual", "--set", "a=1")]
    [TestCase("column 1: unknown name 'gnrm'; did you mean 'gnorm'?", "step", "--demo", "residual", "--break", "gnrm>5")]
    [TestCase("must be 1 or more", "step", "small.toml", "--tokens", "0")]
    [TestCase("no meaning with it", "step", "small.toml", "--tokens", "8", "--whole")]
    public void A_mistake_is_told_with_what_would_be_right(string message, params string[] arguments)
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Config);
        Assert.That(cli.Run(arguments), Is.EqualTo(ExitCode.Usage), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.Contain(message == "which" ? "what? Give an expression" : message));
    }

    [Test]
    public void A_configuration_and_the_run_that_it_makes_show_the_same_steps()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Config);
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        foreach (string step in new[] { "0", "5" })
        {
            JsonElement planned = Json(cli, "step", "small.toml", "--at", step), made = Json(cli, "step", "small", "--at", step);
            Assert.That(made.GetProperty("loss").GetDouble(), Is.EqualTo(planned.GetProperty("loss").GetDouble()));
            Assert.That(made.GetProperty("title").GetString(), Is.EqualTo("runs/small"));
            Assert.That(made.GetProperty("tokens").GetArrayLength(), Is.EqualTo(32));
        }
        Assert.That(cli.Run("step", "small", "--at", "7"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("runs/small has done 6 steps: 0 to 6 can be opened, 7 cannot."));
        Assert.That(cli.Run("step", "small", "--set", "train.lr=1"), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Where_it_went_wrong_is_found_and_the_line_that_is_printed_leads_there()
    {
        using var cli = new CliRunner();
        JsonElement found = Json(cli, "step", "--demo", "nan", "--at", "nan");
        Assert.That(cli.Run("step", "--demo", "nan", "--at", "nan", "--plain"), Is.EqualTo(ExitCode.Ok));
        string[] lines = cli.Error.ToString().TrimEnd().Split('\n');
        Assert.That(lines[0], Is.EqualTo("● break nan   step 0   forward f2: mlp.log   ln h[1] = −∞ from h = 0   (1 of 3)"));
        Assert.That(lines[1], Does.StartWith("  downstream damage: ").And.EndsWith("inputs finite ✓"));
        Assert.That(lines[2], Is.EqualTo("  open it:  pure-llm step --demo nan --at 0:f2 --el 1"));
        JsonElement opened = Json(cli, [.. lines[2].Split("pure-llm ")[1].Split(' ')]);
        Assert.That(opened.GetProperty("cursor").GetString(), Is.EqualTo(found.GetProperty("cursor").GetString()));
        Assert.That(opened.GetProperty("frame").GetProperty("id").GetString(), Is.EqualTo("f2"));
        Assert.That(opened.GetProperty("element").GetProperty("indices").GetString(), Is.EqualTo("1"));
    }

    [Test]
    public void A_run_that_diverged_is_opened_where_it_did()
    {
        using var cli = new CliRunner();
        cli.Write("small.toml", Config.Replace("batch = 2", "batch = 2\nlr = 900\nclip = 0\nwarmup = 0\noptimizer = \"sgd\"", StringComparison.Ordinal) + "[break]\non = [\"nan\", \"inf\"]\n");
        Assert.That(cli.Run("train", "small.toml"), Is.EqualTo(ExitCode.Numeric), cli.Error.ToString());
        string told = cli.Error.ToString();
        Assert.That(told, Does.Contain("  open it   pure-llm step runs/small --at nan\n"));
        string place = System.Text.RegularExpressions.Regex.Match(told, @"frame (\d+), .*first: element (\d+)").Groups[1].Value;
        JsonElement found = Json(cli, "step", "runs/small", "--at", "nan");
        Assert.That(found.GetProperty("frame").GetProperty("id").GetString()![1..], Is.EqualTo(place), told);
        Assert.That(cli.Run("step", "runs/small", "--at", "nan", "--plain"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string line = cli.Error.ToString().Split('\n').Single(text => text.Contains("open it:", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("pure-llm step runs/small --whole --at "));
        JsonElement opened = Json(cli, [.. line.Split("pure-llm ")[1].Replace("\"", "", StringComparison.Ordinal).Split(' ')]);
        Assert.That(opened.GetProperty("frame").GetProperty("id").GetString(), Is.EqualTo(found.GetProperty("frame").GetProperty("id").GetString()));
    }

    [Test]
    public void A_run_that_went_well_has_no_such_place()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "--demo", "residual", "--at", "nan"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("no step of demo residual went wrong: loss and gradient are finite in all of 101"));
    }

    [Test]
    public void Continue_stops_where_break_says()
    {
        using var cli = new CliRunner();
        JsonElement view = Json(cli, "step", "--demo", "residual", "--at", "0:z", "--break", "op=relu2", "--script", "c c");
        Assert.That(view.GetProperty("frame").GetProperty("id").GetString(), Is.EqualTo("b2"));
        Assert.That(view.GetProperty("breaks")[0].GetString(), Is.EqualTo("op=relu2"));
    }

    [Test]
    public void A_run_that_is_not_there_is_told_with_those_that_are()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("step", "runs/tyni"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("R002"));
    }

    private static JsonElement Json(CliRunner cli, params string[] arguments)
    {
        Assert.That(cli.Run([.. arguments, "--json"]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString().TrimEnd().Split('\n')[^1]);
        return json.RootElement.Clone();
    }
}
