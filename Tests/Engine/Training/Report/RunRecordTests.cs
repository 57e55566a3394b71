using PureLlm.Engine.Training;
using PureLlm.Engine.Training.Report;

namespace PureLlm.Tests.Engine.Training.Report;

public sealed class RunRecordTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("pure-llm-record-").FullName;

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    public void What_training_wrote_is_read_back()
    {
        string path = WrittenRun.Write(folder);
        RunRecord run = RunRecord.Read(path);
        Assert.That(run.Steps.Select(step => step.Step), Is.EqualTo(Enumerable.Range(1, 100)));
        Assert.That(run.Steps.Where(step => double.IsFinite(step.ValidationLoss)).Select(step => step.Step), Is.EqualTo(new[] { 25, 50, 75, 100 }));
        Assert.That(run.Samples.Select(sample => sample.Step), Is.EqualTo(new[] { 25, 50, 75, 100 }), "a heading inside a sample is text");
        Assert.That(run.Samples[0], Is.EqualTo(new SampleReport(25, 3, WrittenRun.Prompt, " there was a <b>step</b> 25.\n\n## step 7 · 7 s\nand a > b")));
        Assert.That(run.Config!.Config.Run.Notes, Is.EqualTo("wide & <deep>"));
    }

    [Test]
    public void Scores_of_steps_that_a_resumed_run_did_again_are_left_out()
    {
        RunRecord run = RunRecord.Read(WrittenRun.Write(folder, "again"));
        Assert.That(run.Scores.Select(report => report.Step), Is.EqualTo(new[] { 25, 50, 75, 100 }));
        Assert.That(run.Scores[2].Scores.Select(score => (score.Name, score.Passed, score.Total)), Is.EqualTo(new[] { ("grammar", 37, 50) }), "what was not counted is no score");
    }

    [Test]
    public void A_summary_is_the_result_where_there_is_one()
    {
        RunSummary run = RunSummary.Read(WrittenRun.Write(folder, "done"));
        Assert.That((run.Name, run.Outcome, run.Steps, run.Tokens, run.Seconds), Is.EqualTo(("done", "completed", 100L, 6400L, 10.5)));
        Assert.That(run.ValidationLoss, Is.EqualTo(0.61).Within(1e-9));
        Assert.That((run.Floor, run.Parameters, run.PeakBytes), Is.EqualTo((WrittenRun.Floor, 145_408L, 123_000_000L)));
        Assert.That(run.Scores, Is.EqualTo(new[] { ("grammar", 0.98) }));
        Assert.That(run.Checkpoints, Is.EqualTo(new[] { 100L }));
        Assert.That(run.Machine, Does.StartWith("pure-llm ").And.Contains(".NET"));
        Assert.That(DateTime.UtcNow - run.Started!.Value, Is.LessThan(TimeSpan.FromMinutes(5)));
    }

    [Test]
    public void A_summary_of_a_run_that_was_killed_is_what_it_wrote_last()
    {
        string path = WrittenRun.Write(folder, "killed", completed: false);
        WrittenRun.Tear(path);
        RunSummary run = RunSummary.Read(path);
        Assert.That((run.Outcome, run.Steps, run.Tokens), Is.EqualTo(("unfinished", 100L, 6400L)));
        Assert.That(run.ValidationLoss, Is.EqualTo(0.61).Within(1e-6));
        Assert.That(run.Floor, Is.EqualTo(WrittenRun.Floor), "from the log");
        Assert.That(RunRecord.Read(path).Steps, Has.Count.EqualTo(100));
    }

    [Test]
    public void A_folder_that_is_no_run_is_refused() =>
        Assert.That(() => RunRecord.Read(folder), Throws.TypeOf<RunException>().With.Property(nameof(RunException.Code)).EqualTo("R002"));
}
