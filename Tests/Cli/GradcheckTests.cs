using System.Text.Json;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class GradcheckTests
{
    private const string Config = "[data]\nsource = \"sort\"\nsize = \"4kB\"\nval = 0.2\n[tokenizer]\nkind = \"chars\"\n[model]\nlayers = 1\nwidth = 8\nheads = 2\ncontext = 8\n";

    [Test]
    public void One_operation_is_checked_with_all_its_inputs()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("gradcheck", "rms_norm"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] rows = [.. cli.Out.ToString().Split('\n').Where(line => line.StartsWith("rms_norm ", StringComparison.Ordinal))];
        Assert.That(rows, Has.Length.EqualTo(6).And.All.EndsWith("✓"));
        Assert.That(cli.Error.ToString(), Does.Contain("6 of 6 agree"));
    }

    [TestCase("RmsNorm")]
    [TestCase("rmsnorm")]
    public void An_operation_goes_by_either_of_its_names(string name)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("gradcheck", name, "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        Assert.That(json.RootElement.GetProperty("operations").EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()), Has.Exactly(6).Items.And.All.True);
    }

    [Test]
    public void An_unknown_operation_is_a_usage_error_with_the_nearest_name()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("gradcheck", "sofmax"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("did you mean softmax?").And.Contains("operations: "));
    }

    [Test]
    public void Every_parameter_of_a_new_model_agrees_with_float64()
    {
        using var cli = new CliRunner();
        cli.Write("m.toml", Config);
        Assert.That(cli.Run("gradcheck", "m.toml", "--json", "--samples", "3"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        JsonElement[] parameters = [.. json.RootElement.GetProperty("parameters").EnumerateArray()];
        Assert.That(parameters, Has.Length.EqualTo(10));
        Assert.That(parameters.Select(item => item.GetProperty("relative_error").GetDouble()), Has.All.LessThan(1e-5));
        Assert.That(parameters.Select(item => Math.Abs(item.GetProperty("numeric").GetDouble())), Has.All.GreaterThan(0));
        Assert.That(json.RootElement.GetProperty("loss_float64").GetDouble(), Is.EqualTo(json.RootElement.GetProperty("loss").GetDouble()).Within(1e-5));
    }

    [TestCase("architecture=encoder-decoder", "reverse")]
    [TestCase("preset=llama", "sort")]
    [TestCase("dropout=0.2", "sort")]
    public void Other_networks_agree_too(string setting, string source)
    {
        using var cli = new CliRunner();
        cli.Write("m.toml", Config.Replace("\"sort\"", $"\"{source}\"", StringComparison.Ordinal).Replace("context = 8", "context = 32", StringComparison.Ordinal));
        Assert.That(cli.Run("gradcheck", "m.toml", "--set", $"model.{setting}", "--samples", "1"), Is.EqualTo(ExitCode.Ok), cli.Out.ToString() + cli.Error);
    }

    [Test]
    public void A_gradient_that_is_no_number_ends_with_6()
    {
        using var cli = new CliRunner();
        cli.Write("m.toml", Config);
        Assert.That(cli.Run("gradcheck", "m.toml", "--set", "model.init_std=1e38"), Is.EqualTo(ExitCode.CheckFailed), cli.Error.ToString());
        Assert.That(cli.Out.ToString(), Does.Contain("✗"));
    }
}
