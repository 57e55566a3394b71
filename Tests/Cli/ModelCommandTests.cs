using System.Text.Json;
using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class ModelCommandTests
{
    [Test]
    public void Info_names_the_architecture_and_counts_every_parameter()
    {
        using var cli = new CliRunner();
        TinyModel.Write(Path.Combine(cli.Folder, "m"));
        Assert.That(cli.Run("model", "info", "m", "--json"), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
        JsonElement root = json.RootElement;
        long counted = root.GetProperty("parameters").EnumerateArray().Sum(item => item.GetProperty("shape").EnumerateArray().Aggregate(1L, (product, size) => product * size.GetInt32()));
        Assert.That(root.GetProperty("parameter_count").GetInt64(), Is.EqualTo(counted).And.GreaterThan(1000));
        Assert.That(root.GetProperty("config").GetProperty("width").GetInt32(), Is.EqualTo(16));
        Assert.That(root.GetProperty("config").GetProperty("tie").GetBoolean(), Is.False);
        Assert.That(root.GetProperty("config").GetProperty("norm").GetString(), Is.EqualTo("rmsnorm"));
        Assert.That(root.GetProperty("weights_sha256").GetString(), Has.Length.EqualTo(64));
        Assert.That(cli.Run("model", "info", "m"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain("decoder, 1 layer × 16, 2 heads of 8, context 24").And.Contains("embedding.weight").And.Contains("rmsnorm (pre)"));
    }

    [Test]
    public void A_run_gives_its_best_checkpoint_then_its_latest_and_any_by_name()
    {
        using var cli = new CliRunner();
        string run = Path.Combine(cli.Folder, "runs", "tiny");
        foreach (int step in new[] { 2, 10, 300 })
        {
            TinyModel.Write(Path.Combine(run, "checkpoints", $"step-{step:D6}"), (ulong)step);
        }
        cli.Write("runs/tiny/config.resolved.toml", "version = 1\n");
        Assert.That(FolderOf("runs/tiny"), Is.EqualTo("runs/tiny/checkpoints/step-000300"), "without pointers the newest");
        cli.Write("runs/tiny/latest", "checkpoints/step-000300\n");
        cli.Write("runs/tiny/best", "checkpoints/step-000010\n");
        Assert.That(FolderOf("runs/tiny"), Is.EqualTo("runs/tiny/checkpoints/step-000010"));
        Assert.That(FolderOf("tiny"), Is.EqualTo("runs/tiny/checkpoints/step-000010"), "by the run's name");
        Assert.That(FolderOf("runs/tiny", "--checkpoint", "latest"), Is.EqualTo("runs/tiny/checkpoints/step-000300"));
        Assert.That(FolderOf("runs/tiny/latest"), Is.EqualTo("runs/tiny/checkpoints/step-000300"));
        Assert.That(FolderOf("runs/tiny", "--checkpoint", "step-000002"), Is.EqualTo("runs/tiny/checkpoints/step-000002"));
        Assert.That(FolderOf("runs/tiny", "--checkpoint", "2"), Is.EqualTo("runs/tiny/checkpoints/step-000002"));
        Assert.That(FolderOf("runs/tiny/checkpoints/step-000002"), Is.EqualTo("runs/tiny/checkpoints/step-000002"));
        Assert.That(cli.Run("model", "info", "runs/tiny", "--checkpoint", "step-000003"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("error[M001]").And.Contains("step-000002, step-000010, step-000300, best, latest"));

        string FolderOf(params string[] arguments)
        {
            Assert.That(cli.Run(["model", "info", .. arguments, "--json"]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
            using JsonDocument json = JsonDocument.Parse(cli.Out.ToString());
            return json.RootElement.GetProperty("folder").GetString()!;
        }
    }

    [Test]
    public void A_folder_that_is_no_model_says_what_is_missing_and_what_there_is()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("model", "info", "runs/tyni"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("there is no folder runs/tyni").And.Contains("no runs here yet"));
        cli.Write("runs/tiny/config.resolved.toml", "version = 1\n");
        Assert.That(cli.Run("model", "info", "runs/tyni"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("did you mean runs/tiny?").And.Contains("runs here: runs/tiny"));
        Assert.That(cli.Run("model", "info", "runs/tiny"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("has no checkpoint yet").And.Contains("train --resume runs/tiny"));
        cli.Write("empty/readme.md", "");
        Assert.That(cli.Run("model", "info", "empty"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.Contain("it has no config.json and no model.safetensors"));
    }

    [Test]
    public void A_damaged_file_is_named()
    {
        using var cli = new CliRunner();
        TinyModel.Write(Path.Combine(cli.Folder, "m"));
        string weights = Path.Combine(cli.Folder, "m", "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..1000]);
        Assert.That(cli.Run("model", "info", "m"), Is.EqualTo(ExitCode.Input));
        Assert.That(cli.Error.ToString(), Does.StartWith("error[M002]: ").And.Contains("model.safetensors"));
    }
}
