using System.Text.Json.Nodes;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Training;

public class ResumeTests
{
    [Test]
    public void A_run_that_was_interrupted_ends_with_the_uninterrupted_runs_bits([Values(1, 5, 7, 19, 20)] int step)
    {
        using var whole = new TestRun();
        using var parts = new TestRun();
        TrainingResult expected = whole.Train();
        TrainingResult interrupted = parts.Train(stopAfter: step);
        Assert.That(interrupted.Outcome, Is.EqualTo(step < 20 ? TrainingOutcome.Interrupted : TrainingOutcome.Completed));
        Assert.That(interrupted.Steps, Is.EqualTo(step));
        TrainingResult resumed = parts.Resume();
        Assert.That(resumed.WeightsSha256, Is.EqualTo(expected.WeightsSha256));
        Assert.That(resumed.ValidationLoss, Is.EqualTo(expected.ValidationLoss));
        Assert.That(resumed.Tokens, Is.EqualTo(expected.Tokens));
        Assert.That(Untimed(parts), Is.EqualTo(Untimed(whole)));
    }

    [Test]
    public void Interrupting_after_every_step_changes_nothing()
    {
        using var whole = new TestRun("train.budget=8 steps");
        using var parts = new TestRun("train.budget=8 steps");
        string expected = whole.Train().WeightsSha256!;
        TrainingResult result = parts.Train(stopAfter: 1);
        for (int step = 2; result.Outcome == TrainingOutcome.Interrupted; step++)
        {
            result = parts.Resume(stopAfter: step);
        }
        Assert.That(result.WeightsSha256, Is.EqualTo(expected));
        Assert.That(Untimed(parts), Is.EqualTo(Untimed(whole)));
    }

    [Test]
    public void A_crash_at_any_moment_of_a_save_loses_nothing_that_was_saved([Values] bool diskIsFull)
    {
        string[] overrides = ["train.budget=2 steps", "checkpoint.every=1 steps", "checkpoint.keep=1", "checkpoint.best=false", "eval.every=0", "train.warmup=0"];
        using var whole = new TestRun(overrides);
        string expected = whole.Train().WeightsSha256!;
        int operations = 0;
        for (bool isDone = false; !isDone; operations++)
        {
            using var run = new TestRun(overrides);
            var disk = new FailingDisk(operations, isFatal: !diskIsFull);
            try
            {
                run.Train(disk: disk);
                isDone = true;
            }
            catch (FailingDisk.CrashException) { }
            catch (RunException e) when (diskIsFull && e.Message.Contains("No space left", StringComparison.Ordinal) && e.Code == "R004") { }
            if (!RunFolder.IsRun(run.Folder))
            {
                continue; // it never began
            }
            TrainingResult resumed = run.Resume();
            Assert.That(resumed.WeightsSha256, Is.EqualTo(expected), $"operation {operations}");
            Assert.That(Untimed(run), Is.EqualTo(Untimed(whole)), $"operation {operations}");
            Assert.That(run.Checkpoints(), Has.All.StartWith("step-"), $"leftovers of operation {operations}");
            Assert.That(run.Text("latest"), Is.EqualTo("checkpoints/step-000002\n"), $"operation {operations}");
        }
        Assert.That(operations, Is.GreaterThan(25), "operations that could fail");
    }

    [Test]
    public void Resuming_a_finished_run_gives_its_result_again()
    {
        using var run = new TestRun();
        TrainingResult first = run.Train();
        TrainingResult again = run.Resume();
        Assert.That(again.Outcome, Is.EqualTo(TrainingOutcome.Completed));
        Assert.That(again.WeightsSha256, Is.EqualTo(first.WeightsSha256));
        Assert.That(again.ValidationLoss, Is.EqualTo(first.ValidationLoss));
    }

    [Test]
    public void Another_shape_is_refused_with_every_key_that_differs()
    {
        using var run = new TestRun();
        run.Train(stopAfter: 6);
        RunException? error = Assert.Throws<RunException>(() => run.Resume(wanted: TestRun.Parse("model.layers=3", "train.batch=2", "run.seed=9", "train.lr=1e-3")));
        Assert.That(error!.Code, Is.EqualTo("R003"));
        Assert.That(error.Message, Does.Contain("model.layers").And.Contain("train.batch").And.Contain("run.seed").And.Contain("step 6"));
        Assert.That(error.Message, Does.Not.Contain("train.lr"), "a checkpoint does not depend on it");
    }

    [Test]
    public void What_a_checkpoint_does_not_depend_on_may_change_and_is_said()
    {
        using var run = new TestRun();
        run.Train(stopAfter: 6);
        TrainingResult result = run.Resume(wanted: TestRun.Parse("train.lr=1e-3", "train.budget=24 steps"));
        Assert.That(result.Steps, Is.EqualTo(24));
        Assert.That(run.Notices, Has.Some.Contain("train.lr = 0.001 (was 0.003)").And.Contain("train.budget"));
    }

    [Test]
    public void Another_text_is_refused()
    {
        using var run = new TestRun();
        string text = Path.Combine(Path.GetDirectoryName(run.Folder)!, "text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("to be or not to be, that is the question. ", 100)));
        run.Config = TestRun.Parse($"data.source=[\"{text.Replace('\\', '/')}\"]", "data.align=any", "eval.sample.prompt=to");
        run.Train(stopAfter: 6);
        File.AppendAllText(text, "that is not the question. ");
        RunException? error = Assert.Throws<RunException>(() => run.Resume());
        Assert.That(error!.Code, Is.EqualTo("R003"));
        Assert.That(error.Message, Does.Contain("training text has changed"));
    }

    [Test]
    public void A_damaged_checkpoint_is_named_and_the_one_before_it_can_be_resumed()
    {
        using var whole = new TestRun();
        string expected = whole.Train().WeightsSha256!;
        using var run = new TestRun();
        run.Train(stopAfter: 12);
        string folder = Path.Combine(run.Folder, "checkpoints", "step-000012"), file = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 1;
        File.WriteAllBytes(file, bytes);
        RunException? error = Assert.Throws<RunException>(() => run.Resume());
        Assert.That(error!.Code, Is.EqualTo("R005"));
        Assert.That(error.Message, Does.Contain("step-000012"));
        Directory.Delete(folder, recursive: true);
        Assert.That(run.Resume().WeightsSha256, Is.EqualTo(expected));
    }

    [Test]
    public void A_second_request_ends_at_once_without_saving()
    {
        using var run = new TestRun();
        using var backend = new CpuBackend(1);
        using TrainingRun training = TrainingRun.Start(run.Config, backend, run.Folder, false);
        var stop = new StopRequest();
        stop.Request();
        stop.Request();
        TrainingResult result = training.Execute(stop);
        Assert.That(result.Outcome, Is.EqualTo(TrainingOutcome.Abandoned));
        Assert.That(result.Checkpoint, Is.Null);
        Assert.That(Directory.Exists(Path.Combine(run.Folder, "checkpoints")), Is.False);
    }

    /// <summary>The lines of metrics.jsonl without what depends on the clock.</summary>
    private static string[] Untimed(TestRun run) => [.. run.MetricsLines().Select(line =>
    {
        JsonObject json = JsonNode.Parse(line)!.AsObject();
        json.Remove("seconds");
        json.Remove("tokens_per_second");
        return json.ToJsonString();
    })];
}
