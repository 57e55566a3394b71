using System.Text.Json.Nodes;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

public class RunFilesTests
{
    private static readonly string[] AllKeys = ["step", "seconds", "tokens", "loss", "val_loss", "learning_rate", "grad_norm", "tokens_per_second"];

    [Test]
    public void Metrics_have_one_object_per_step_with_exactly_the_documented_keys()
    {
        using var run = new TestRun();
        run.Train();
        JsonObject[] lines = [.. run.MetricsLines().Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.That(lines.Select(line => (long)line["step"]!), Is.EqualTo(Enumerable.Range(0, 21)));
        Assert.That(lines[0].Select(key => key.Key), Is.EqualTo(["step", "seconds", "tokens", "val_loss"]), "before the first step only the validation loss is known");
        foreach (JsonObject line in lines.Skip(1))
        {
            bool isEvaluated = (long)line["step"]! % 5 == 0;
            Assert.That(line.Select(key => key.Key), Is.EqualTo(AllKeys.Where(key => isEvaluated || key != "val_loss")));
            Assert.That((long)line["tokens"]!, Is.EqualTo((long)line["step"]! * 4 * 2 * 17));
        }
        Assert.That((double)lines[2]["learning_rate"]!, Is.EqualTo(3e-3 * 2 / 4));
    }

    [Test]
    public void Losses_have_nine_significant_digits_and_what_is_not_finite_is_absent()
    {
        string path = Path.GetTempFileName();
        using (var writer = new MetricsWriter(path, -1))
        {
            writer.Write(new StepReport(1, 1.5, 1024, 1.0 / 3, double.NaN, 1e-5, double.PositiveInfinity, 22345.678));
            writer.Write(new StepReport(2, 2.25, 2048, 12.3456789012, 1e-7 / 3, 0.006, 0.25, 1));
            Assert.That(writer.Length, Is.EqualTo(new FileInfo(path).Length));
        }
        Assert.That(File.ReadAllText(path), Is.EqualTo(
            """
            {"step":1,"seconds":1.500,"tokens":1024,"loss":0.333333333,"learning_rate":1E-05,"tokens_per_second":22345.7}
            {"step":2,"seconds":2.250,"tokens":2048,"loss":12.3456789,"val_loss":3.33333333E-08,"learning_rate":0.006,"grad_norm":0.25,"tokens_per_second":1.0}

            """.ReplaceLineEndings("\n")));
        File.Delete(path);
    }

    [Test]
    public void Metrics_after_a_step_and_torn_lines_are_cut_off()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"ste");
        new MetricsWriter(path, 2).Dispose();
        Assert.That(File.ReadAllText(path), Is.EqualTo("{\"step\":1}\n{\"step\":2}\n"));
        File.WriteAllText(path, "{\"step\":1}\n{\"st");
        new MetricsWriter(path, 9).Dispose();
        Assert.That(File.ReadAllText(path), Is.EqualTo("{\"step\":1}\n"));
        File.Delete(path);
    }

    [Test]
    public void The_result_has_exactly_the_documented_keys()
    {
        using var run = new TestRun("eval.scores=true");
        TrainingResult result = run.Train();
        JsonObject json = JsonNode.Parse(run.Text("result.json"))!.AsObject();
        Assert.That(json.Select(key => key.Key), Is.EqualTo(["steps", "tokens", "seconds", "val_loss", "floor", "tokens_per_second", "peak_bytes", "weights_sha256", "scores"]));
        Assert.That((long)json["steps"]!, Is.EqualTo(20));
        Assert.That((string)json["weights_sha256"]!, Is.EqualTo(result.WeightsSha256));
        Assert.That((double)json["val_loss"]!, Is.EqualTo(result.ValidationLoss!.Value).Within(1e-8));
        Assert.That((long)json["peak_bytes"]!, Is.GreaterThan(1_000_000));
        Assert.That(json["scores"]!.AsObject().Select(key => key.Key), Is.EqualTo(["exact"]));
    }

    [Test]
    public void A_run_has_every_file_and_each_checkpoint_is_a_model_folder()
    {
        using var run = new TestRun();
        run.Train();
        foreach (string file in (string[])["config.resolved.toml", "metrics.jsonl", "result.json", "samples.md", "log.txt", "latest", "best"])
        {
            Assert.That(new FileInfo(Path.Combine(run.Folder, file)).Length, Is.GreaterThan(0), file);
        }
        string newest = RunFolder.ModelFolder(run.Folder);
        Assert.That(newest, Does.EndWith("step-000020"));
        Assert.That(Directory.GetFiles(newest).Select(file => Path.GetFileName(file)), Is.EquivalentTo(["config.json", "model.safetensors", "tokenizer.json", "optimizer.safetensors", "state.json"]));
        Assert.That(RunFolder.ModelFolder(Path.Combine(run.Folder, "latest")), Is.EqualTo(newest));
        Assert.That(RunFolder.ModelFolder(newest), Is.EqualTo(newest));
        Assert.That(File.Exists(Path.Combine(run.Folder, ".lock")), Is.False);
        Assert.That(run.Text("samples.md"), Does.Contain("**abcd=**").And.Contain("## step 20 "));
    }

    [Test]
    public void Training_with_the_resolved_configuration_repeats_the_run()
    {
        using var first = new TestRun();
        string hash = first.Train().WeightsSha256!;
        using var second = new TestRun { Config = TrainingRun.ConfigOf(first.Folder) };
        Assert.That(second.Train().WeightsSha256, Is.EqualTo(hash));
    }

    [Test]
    public void A_state_comes_back_as_it_was()
    {
        string folder = Directory.CreateTempSubdirectory("pure-llm-state-").FullName;
        var state = new CheckpointState
        {
            Step = 412,
            StepsPlanned = 3300,
            Tokens = 1L << 40,
            DataCursor = 3296,
            Seed = long.MaxValue,
            Optimizer = "adamw",
            ValidationLoss = 0.1 + 0.2,
            BestLoss = double.PositiveInfinity,
            ElapsedSeconds = 1.0 / 3,
            ConfigHash = "a",
            DataHash = "b",
            WeightsSha256 = "c",
        };
        File.WriteAllBytes(Path.Combine(folder, "state.json"), state.ToJson());
        Assert.That(CheckpointState.Read(folder), Is.EqualTo(state));
        File.WriteAllText(Path.Combine(folder, "state.json"), "{\"step\": 4");
        Assert.That(Assert.Throws<RunException>(() => CheckpointState.Read(folder))!.Code, Is.EqualTo("R005"));
        Directory.Delete(folder, recursive: true);
    }
}
