using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Training;

public class CalibrationTests
{
    [Test]
    public void Measuring_a_step_puts_every_bit_back()
    {
        RunConfig config = TestRun.Parse().Config;
        using var backend = new CpuBackend(1);
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, 5);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.Allocate(backend, 5, training: true);
        using Optimizer optimizer = Optimizer.Create(config.Train, model.Config, model.Slabs, backend);
        using var work = new TrainingStep(backend, model, data.Batches(4, 17, 2), optimizer, 1, 5);
        float[] before = model.Slabs.Values.Span.ToArray();
        Assert.That(Calibration.SecondsPerStep(work, model.Slabs, optimizer, backend, 0.1, 0.01), Is.GreaterThan(0).And.LessThan(10));
        Assert.That(model.Slabs.Values.Span.SequenceEqual(before));
        Assert.That(optimizer.State[0].Slab.Span.ToArray(), Is.All.Zero);
        Assert.That(optimizer.State[1].Slab.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void A_run_with_a_time_budget_writes_its_steps_down_and_is_repeated_bit_for_bit_from_them()
    {
        string[] timed = ["train.budget=0.5s", "eval.every=0.2s", "checkpoint.every=0.3s", "train.warmup=0"];
        using var first = new TestRun(timed);
        TrainingResult result = first.Train();
        RunConfig resolved = TrainingRun.ConfigOf(first.Folder).Config;
        Assert.That(resolved.Train.Budget, Is.EqualTo(Budget.Steps(result.Steps)));
        Assert.That(resolved.Eval.Every.Unit, Is.EqualTo(BudgetUnit.Steps));
        Assert.That(resolved.Checkpoint.Every.Unit, Is.EqualTo(BudgetUnit.Steps));
        using var second = new TestRun { Config = TrainingRun.ConfigOf(first.Folder) };
        Assert.That(second.Train().WeightsSha256, Is.EqualTo(result.WeightsSha256));
        using var third = new TestRun(timed);
        third.Train(stopAfter: 3);
        Assert.That(third.Resume().Steps, Is.EqualTo(third.Plan!.Steps), "resuming does not measure again");
    }

    [Test]
    public void The_plan_ends_in_time_with_everything_that_is_not_a_step()
    {
        RunConfig config = TestRun.Parse("train.budget=120s", "eval.every=10s", "checkpoint.every=30s").Config;
        PlannedSteps plan = BudgetPlanner.Plan(config, 136, new RunCosts(Step: 0.02, Evaluation: 1, Checkpoint: 0.5, End: 8), 118);
        // 110 s remain; a tenth goes to evaluations and a sixtieth to saves.
        Assert.That(plan.Steps, Is.EqualTo((long)(110 * (1 - 0.1 - (0.5 / 30)) / 0.02)).Within(1));
        Assert.That(plan.Steps * 0.02 * (1 / (1 - 0.1 - (0.5 / 30))) + 8, Is.EqualTo(118).Within(0.1));
        Assert.That(plan.EvaluateEvery * 110.0 / plan.Steps, Is.EqualTo(10).Within(0.1), "seconds between evaluations");
        Assert.That(plan.CheckpointEvery, Is.EqualTo(3 * plan.EvaluateEvery), "each checkpoint falls on an evaluation");
        Assert.That(plan.Seconds, Is.EqualTo(118).Within(0.1));
    }

    [Test]
    public void A_budget_of_steps_or_tokens_is_what_it_says()
    {
        Assert.That(BudgetPlanner.Plan(TestRun.Parse().Config, 136, default, 0), Is.EqualTo(new PlannedSteps(20, 5, 5, 0)));
        RunConfig tokens = TestRun.Parse("train.budget=1000 tokens", "eval.every=300 tokens", "checkpoint.every=0", "train.warmup=0").Config;
        Assert.That(BudgetPlanner.NeedsCalibration(tokens), Is.False);
        Assert.That(BudgetPlanner.Plan(tokens, 136, default, 0), Is.EqualTo(new PlannedSteps(8, 3, 0, 0)));
    }

    [Test]
    public void A_budget_that_is_too_short_still_does_a_step()
    {
        RunConfig config = TestRun.Parse("train.budget=1s", "eval.every=1s", "train.warmup=0").Config;
        PlannedSteps plan = BudgetPlanner.Plan(config, 136, new RunCosts(5, 20, 1, 30), 0.5);
        Assert.That((plan.Steps, plan.EvaluateEvery), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void A_pace_that_changed_is_told_once_and_only_then()
    {
        TrainingPlan plan = new()
        {
            Config = TestRun.Parse().Config,
            Folder = "",
            Parameters = 1,
            VocabularySize = 2,
            TrainingTokens = 1,
            ValidationTokens = 1,
            Steps = 100,
            FirstStep = 0,
            TokensPerStep = 1,
            EvaluateEvery = 0,
            CheckpointEvery = 0,
            ExpectedSeconds = 100,
        };
        var steady = new PaceCheck(plan, 0);
        Assert.That(Enumerable.Range(1, 100).Select(step => steady.Check(step, step * 1.1)), Is.All.Null);
        var slow = new PaceCheck(plan, 0);
        string[] notices = [.. Enumerable.Range(1, 100).Select(step => slow.Check(step, step * 2.0)).OfType<string>()];
        Assert.That(notices, Has.Length.EqualTo(1));
        Assert.That(notices[0], Does.Contain("about 200 s, not 100 s"));
    }
}
