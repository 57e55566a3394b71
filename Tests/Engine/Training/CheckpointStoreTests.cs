using PureLlm.Engine.Training;

namespace PureLlm.Tests.Engine.Training;

public class CheckpointStoreTests
{
    [Test]
    public void The_last_few_and_the_best_are_kept([Values] bool keepBest)
    {
        string folder = Directory.CreateTempSubdirectory("pure-llm-store-").FullName;
        var store = new CheckpointStore(folder, keep: 2, keepBest, new Disk());
        double[] losses = [3, 1, 2, 4, 5];
        CheckpointState? best = null;
        for (int i = 0; i < losses.Length; i++)
        {
            bool isBest = !(best?.BestValidationLoss <= losses[i]);
            CheckpointState state = State(10 * (i + 1)) with { ValidationLoss = losses[i], BestValidationLoss = isBest ? losses[i] : best!.BestValidationLoss, BestStep = isBest ? 10 * (i + 1) : best!.BestStep };
            store.Save(state, path => File.WriteAllText(Path.Combine(path, "weights"), "w"));
            best = state;
        }
        Assert.That(store.Steps(), Is.EqualTo(keepBest ? new[] { 20L, 40, 50 } : [40L, 50]));
        Assert.That(File.ReadAllText(Path.Combine(folder, "latest")), Is.EqualTo("checkpoints/step-000050\n"));
        if (keepBest)
        {
            Assert.That(File.ReadAllText(Path.Combine(folder, "best")), Is.EqualTo("checkpoints/step-000020\n"));
        }
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Leftovers_of_interrupted_saves_go_and_nothing_else()
    {
        string folder = Directory.CreateTempSubdirectory("pure-llm-store-").FullName, checkpoints = Path.Combine(folder, "checkpoints");
        foreach (string name in (string[])[".saving-step-000007", ".deleting-step-000001", "step-000006", "notes", "step-by-step"])
        {
            Directory.CreateDirectory(Path.Combine(checkpoints, name));
        }
        var store = new CheckpointStore(folder, 3, true, new Disk());
        store.RemoveLeftovers();
        Assert.That(Directory.GetDirectories(checkpoints).Select(path => Path.GetFileName(path)), Is.EquivalentTo(["step-000006", "notes", "step-by-step"]));
        Assert.That(store.Steps(), Is.EqualTo([6L]));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_save_that_fails_leaves_no_folder_and_the_one_before_it()
    {
        string folder = Directory.CreateTempSubdirectory("pure-llm-store-").FullName;
        var store = new CheckpointStore(folder, 1, false, new Disk());
        store.Save(State(1), _ => { });
        Assert.Throws<IOException>(() => store.Save(State(2), path =>
        {
            File.WriteAllText(Path.Combine(path, "half"), "w");
            throw new IOException("No space left on device.");
        }));
        Assert.That(Directory.GetDirectories(Path.Combine(folder, "checkpoints")).Select(path => Path.GetFileName(path)), Is.EqualTo(["step-000001"]));
        Directory.Delete(folder, recursive: true);
    }

    private static CheckpointState State(long step) =>
        new() { Step = step, StepsPlanned = 100, Tokens = 0, DataCursor = 0, Seed = 1, Optimizer = "adamw", ConfigHash = "", DataHash = "", WeightsSha256 = "" };
}
