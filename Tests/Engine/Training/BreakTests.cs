using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

public class BreakTests
{
    // A learning rate that makes infinities within a few steps.
    private static readonly string[] Diverging = ["train.lr=999", "train.clip=0", "train.warmup=0", "train.optimizer=sgd", "checkpoint.every=2 steps"];

    [Test]
    public void Divergence_stops_before_the_update_names_the_origin_and_keeps_the_last_good_step()
    {
        using var run = new TestRun([.. Diverging, "break.on=[\"nan\", \"inf\"]"]);
        TrainingResult result = run.Train();
        Assert.That(result.Outcome, Is.EqualTo(TrainingOutcome.Broke));
        BreakReport report = result.Break!;
        Assert.That(report.Step, Is.EqualTo(result.Steps + 1));
        Assert.That(report.Origin, Is.Not.Null);
        Assert.That(report.Checkpoint, Does.EndWith(CheckpointStore.NameOf(result.Steps)));
        string text = report.ToString();
        Assert.That(text, Does.Contain($"stopped at step {report.Step}").And.Contain("origin").And.Contain("last good"));
        Assert.That(text, Does.Match(@"frame \d+, .+: \d+ of \d+ (outputs|gradients) (is|are) (NaN|\+∞|−∞) \(first: element \d+\) from finite inputs"));
        Assert.That(run.Text("log.txt"), Does.Contain("stopped at step"));
        Assert.That(File.Exists(Path.Combine(run.Folder, "result.json")), Is.False, "the run has no result");
    }

    [Test]
    public void A_stopped_run_goes_on_from_its_snapshot_with_another_rule()
    {
        using var whole = new TestRun("break.on=[]");
        string expected = whole.Train().WeightsSha256!;
        using var run = new TestRun("break.on=[\"step > 7\"]");
        TrainingResult broke = run.Train();
        Assert.That((broke.Outcome, broke.Steps, broke.Break!.Rule), Is.EqualTo((TrainingOutcome.Broke, 7L, "step > 7")));
        Assert.That(broke.Break.Origin, Is.Null, "everything is finite");
        Assert.That(run.Checkpoints(), Does.Contain("step-000007"));
        Assert.That(run.Resume().Outcome, Is.EqualTo(TrainingOutcome.Broke), "the same rule holds again");
        Assert.That(run.Resume(wanted: TestRun.Parse("break.on=[]")).WeightsSha256, Is.EqualTo(expected));
    }

    [Test]
    public void Stop_saves_nothing_and_points_to_the_checkpoint_before()
    {
        using var run = new TestRun("break.on=[\"step > 7\"]", "break.then=stop");
        TrainingResult result = run.Train();
        Assert.That(result.Break!.Checkpoint, Does.EndWith("step-000005"));
        Assert.That(run.Checkpoints(), Is.EqualTo(["step-000005"]));
    }

    [Test]
    public void Ignore_goes_on_and_says_so_once()
    {
        using var plain = new TestRun("break.on=[]");
        using var run = new TestRun("break.on=[\"step > 7\"]", "break.then=ignore");
        Assert.That(run.Train().WeightsSha256, Is.EqualTo(plain.Train().WeightsSha256));
        Assert.That(run.Notices.Count(notice => notice.Contains("step > 7", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Rules_compare_with_the_steps_before()
    {
        var watch = new BreakWatch([BreakRule.Parse("loss > 2 * best"), BreakRule.Parse("loss > prev and prev > 4")]);
        BreakRule? Check(double loss) => watch.Check(new BreakValues { Loss = loss, Previous = watch.Previous, Best = watch.Best });
        Assert.That(Check(100), Is.Null, "nothing to compare with yet");
        watch.Note(5);
        Assert.That(Check(4.9), Is.Null);
        Assert.That(Check(6)!.Text, Is.EqualTo("loss > prev and prev > 4"));
        watch.Note(2);
        watch.Note(3);
        Assert.That(Check(4.1)!.Text, Is.EqualTo("loss > 2 * best"));
        Assert.That((watch.Earlier, watch.Previous, watch.Best), Is.EqualTo((2.0, 3.0, 2.0)));
    }
}
