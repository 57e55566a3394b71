using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PureLlm.Cli;
using PureLlm.Engine.Configuration;

namespace PureLlm.Tests.Cli;

[NonParallelizable]
public sealed class ConfigCommandTests
{
    private static IEnumerable<string> Templates => ConfigTemplates.All.Select(template => template.Name);

    [TestCaseSource(nameof(Templates))]
    public void A_new_configuration_is_the_template_and_has_no_mistake(string name)
    {
        using var cli = new CliRunner();
        cli.Write("tokenizer.json", "{}"); // the one that a template names
        Assert.That(cli.Run("new", name), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Read($"{name}.toml"), Is.EqualTo(ConfigTemplates.Find(name)!.Text));
        Assert.That(cli.Out.ToString(), Does.StartWith($"wrote {name}.toml ("));
        Assert.That(cli.Run("config", "check", $"{name}.toml"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.StartWith($"{name}.toml: fine"));
    }

    [Test]
    public void New_never_writes_over_a_file()
    {
        using var cli = new CliRunner();
        cli.Write("lab/tiny.toml", "mine");
        Assert.That(cli.Run("new", "tiny", "lab"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Read("lab/tiny.toml"), Is.EqualTo("mine"));
        Assert.That(cli.Error.ToString(), Does.Contain("lab/tiny.toml exists and is left as it is"));
        Assert.That(cli.Run("new", "tiny", "lab/other.toml"), Is.EqualTo(ExitCode.Ok));
        Assert.That(Path.Combine(cli.Folder, "lab/other.toml"), Does.Exist);
    }

    [TestCase("new tinny", ExitCode.Usage, "there is no template 'tinny'; did you mean tiny?")]
    [TestCase("config", ExitCode.Usage, "which one? check, show, explain, schema")]
    [TestCase("config check", ExitCode.Usage, "which configuration?")]
    [TestCase("config check tny.toml", ExitCode.Configuration, "tny.toml does not exist")]
    [TestCase("config check tiny.toml --set train.learning=1", ExitCode.Configuration, "error[C001]")]
    [TestCase("config check tiny.toml --set model.width=100 --set model.heads=6", ExitCode.Configuration, "error[C010]")]
    [TestCase("config show tiny.toml --set train.budget=120", ExitCode.Configuration, "error[C003]")]
    [TestCase("config explain train.momentm", ExitCode.Usage, "did you mean train.momentum?")]
    [TestCase("explain C999", ExitCode.Usage, "there is no code, key or operation 'C999'")]
    [TestCase("train tiny.toml --set lr", ExitCode.Configuration, "error[C013]")]
    [TestCase("train tiny.toml --set data.source=\"dta/*.txt\"", ExitCode.Input, "error[D001]")]
    [TestCase("train tiny.toml --steps 9 --seconds 9", ExitCode.Usage, "--steps")]
    [TestCase("train tiny.toml --steps many", ExitCode.Usage, "many")]
    [TestCase("train --resume runs/none", ExitCode.Input, "error[R002]")]
    [TestCase("train --resume runs/none --seconds 5", ExitCode.Usage, "--steps N")]
    [TestCase("train", ExitCode.Usage, "which configuration?")]
    public void A_mistake_has_its_exit_code_and_says_where(string line, int code, string message)
    {
        using var cli = new CliRunner();
        cli.Run("new", "tiny");
        Assert.That(cli.Run(line.Split(' ')), Is.EqualTo(code), cli.Error.ToString());
        Assert.That(cli.Error.ToString(), Does.StartWith("error").And.Contains(message));
        Assert.That(cli.Error.ToString(), Does.Not.Contain("   at "));
        Assert.That(cli.Out.ToString(), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(cli.Folder), Has.Length.LessThanOrEqualTo(2), "nothing is left behind");
    }

    [Test]
    public void Show_names_the_origin_of_every_value()
    {
        using var cli = new CliRunner();
        cli.Run("new", "tiny");
        Assert.That(cli.Run("config", "show", "tiny.toml", "--set", "train.lr=1e-3", "--seed", "7"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Match(@"(?m)^lr = 0\.001 +# --set$").And.Match(@"(?m)^seed = 7 +# --seed$").And.Match(@"(?m)^layers = 2 +# tiny\.toml:\d+$"));
        cli.Write("again.toml", cli.Out.ToString());
        Assert.That(cli.Run("config", "check", "again.toml"), Is.EqualTo(ExitCode.Ok), "what it shows can be read again");
        Assert.That(cli.Run("config", "show", "tiny.toml", "--json"), Is.EqualTo(ExitCode.Ok));
        Assert.That(JsonDocument.Parse(cli.Out.ToString()).RootElement.GetProperty("values").GetProperty("model.layers").GetProperty("toml").GetString(), Is.EqualTo("2"));
    }

    [Test]
    public void The_schema_is_JSON()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("config", "schema"), Is.EqualTo(ExitCode.Ok));
        Assert.That(JsonDocument.Parse(cli.Out.ToString()).RootElement.GetProperty("properties").GetProperty("train").GetProperty("type").GetString(), Is.EqualTo("object"));
    }

    [Test]
    public void Every_code_is_explained_and_every_code_that_is_thrown_is_known()
    {
        using var cli = new CliRunner();
        Assert.That(ErrorCodes.All.Select(item => item.Code), Is.Unique);
        foreach (ErrorCode item in ErrorCodes.All)
        {
            Assert.That(cli.Run("explain", item.Code.ToLowerInvariant()), Is.EqualTo(ExitCode.Ok));
            Assert.That(cli.Out.ToString(), Does.StartWith($"{item.Code}  {item.Title}").And.Contains("wrong\n").And.Contains("right\n"));
        }
        IEnumerable<string> thrown = Directory.EnumerateFiles(Root(), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("Tests", StringComparison.Ordinal) && !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(path => Regex.Matches(File.ReadAllText(path), "(?:Exception|Diagnostic)\\(\\s*\"([A-Z]\\d{3})\"").Select(match => match.Groups[1].Value))
            .Distinct();
        Assert.That(thrown.Where(code => ErrorCodes.Find(code) is null), Is.Empty);
    }

    [TestCase("rms_norm", "mean x²")]
    [TestCase("RmsNorm", "mean x²")]
    [TestCase("attention", "pure-llm gradcheck attention")]
    [TestCase("matmul", "backward  dW = dyᵀ·x,  dW[n,k] = Σ_(b,t) dy[b,t,n]·x[b,t,k]\n          Autograd/Ops/MatMul.cs:")]
    [TestCase("silu", "backward  dx = dy ⊙ f′(x),  f′(x) = σ(x)·(1 + x·(1 − σ(x)))")]
    [TestCase("map", "each of them: pure-llm explain silu, gelu_tanh")]
    public void An_operation_is_explained_by_its_formula(string name, string expected)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("explain", name), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain(expected).And.Contains("its gradient is checked on inputs of [").And.Contains("forward   ").And.Contains("backward  "));
        foreach (Match place in Regex.Matches(cli.Out.ToString(), @"^ +(Autograd/Ops/\w+\.cs):(\d+)$", RegexOptions.Multiline))
        {
            Assert.That(File.ReadLines(Path.Combine(Root(), place.Groups[1].Value)).Count(), Is.GreaterThan(int.Parse(place.Groups[2].Value, CultureInfo.InvariantCulture)));
        }
        Assert.That(cli.Out.ToString().Split('\n').Count(line => line.Length > 0), Is.GreaterThan(2));
    }

    [Test]
    public void The_configuration_at_the_top_of_the_repository_is_the_tiny_template() =>
        Assert.That(File.ReadAllText(Path.Combine(Root(), "tiny.toml")), Is.EqualTo(ConfigTemplates.Find("tiny")!.Text));

    private static string Root()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PureLlm.sln")))
        {
            folder = folder.Parent;
        }
        return folder!.FullName;
    }
}
