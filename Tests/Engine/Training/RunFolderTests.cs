using PureLlm.Engine.Data;
using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

public class RunFolderTests
{
    [Test]
    public void An_existing_run_is_never_overwritten_unless_asked()
    {
        using var run = new TestRun("train.budget=5 steps", "train.warmup=0");
        run.Train();
        byte[] before = File.ReadAllBytes(Path.Combine(run.Folder, "result.json"));
        RunException? error = Assert.Throws<RunException>(() => run.Train());
        Assert.That(error!.Code, Is.EqualTo("R001"));
        Assert.That(error.Message, Does.Contain("saved at step 5").And.Contain("--resume").And.Contain("--overwrite").And.Contain("--run test-2"));
        Assert.That(File.ReadAllBytes(Path.Combine(run.Folder, "result.json")), Is.EqualTo(before));
        run.Config = TestRun.Parse("train.budget=2 steps", "train.warmup=0");
        Assert.That(run.Train(overwrite: true).Steps, Is.EqualTo(2));
        Assert.That(run.Checkpoints(), Is.EqualTo(["step-000002"]));
        Assert.That(Directory.GetDirectories(Path.GetDirectoryName(run.Folder)!), Has.Length.EqualTo(1), "the old run is gone");
    }

    [Test]
    public void A_run_that_is_to_be_replaced_comes_back_when_the_new_one_cannot_begin()
    {
        using var run = new TestRun("train.budget=5 steps", "train.warmup=0");
        run.Train();
        run.Config = TestRun.Parse("data.source=nowhere/*.txt");
        Assert.Throws<DataException>(() => run.Train(overwrite: true));
        Assert.That(run.Checkpoints(), Is.EqualTo(["step-000005"]));
        Assert.That(Directory.GetDirectories(Path.GetDirectoryName(run.Folder)!), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_run_that_cannot_begin_leaves_no_folder()
    {
        using var run = new TestRun("data.source=nowhere/*.txt");
        Assert.Throws<DataException>(() => run.Train());
        Assert.That(Directory.Exists(run.Folder), Is.False);
    }

    [Test]
    public void A_folder_that_is_no_run_is_left_alone_even_with_overwrite()
    {
        using var run = new TestRun();
        Directory.CreateDirectory(run.Folder);
        string thesis = Path.Combine(run.Folder, "thesis.txt");
        File.WriteAllText(thesis, "two years of work");
        Assert.That(Assert.Throws<RunException>(() => run.Train(overwrite: true))!.Code, Is.EqualTo("R001"));
        Assert.That(File.ReadAllText(thesis), Is.EqualTo("two years of work"));
    }

    [Test]
    public void One_process_at_a_time_trains_in_a_folder()
    {
        using var run = new TestRun("train.budget=2 steps", "train.warmup=0");
        run.Train();
        using RunFolder held = RunFolder.Open(run.Folder);
        Assert.That(Assert.Throws<RunException>(() => run.Resume())!.Code, Is.EqualTo("R006"));
        Assert.That(Assert.Throws<RunException>(() => run.Train(overwrite: true))!.Code, Is.EqualTo("R006"));
        Assert.That(run.Checkpoints(), Is.EqualTo(["step-000002"]));
    }

    [Test]
    public void Resuming_what_is_no_run_names_the_runs_that_are_there()
    {
        using var run = new TestRun("train.budget=2 steps", "train.warmup=0");
        run.Train();
        RunException? error = Assert.Throws<RunException>(() => RunFolder.Open(Path.Combine(Path.GetDirectoryName(run.Folder)!, "tset")));
        Assert.That(error!.Code, Is.EqualTo("R002"));
        Assert.That(error.Message, Does.Contain("Runs here: test"));
    }

    [Test]
    public void Every_code_is_documented_once()
    {
        Assert.That(RunException.All.Select(kind => kind.Code), Is.Unique);
        Assert.That(RunException.All, Has.All.Matches<RunError>(kind => kind is { Explanation.Length: > 20, Example.Length: > 0, Fix.Length: > 0 }));
    }
}
