using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Training;

public class PrecisionTests
{
    private static readonly string[] s_switches = ["weights=bfloat16", "gradients=bfloat16", "moments=bfloat16", "gradients=float16"];
    private static readonly string[] s_all = ["precision.weights=bfloat16", "precision.gradients=bfloat16", "precision.moments=bfloat16"];

    [TestCaseSource(nameof(s_switches))]
    public void Each_switch_learns_as_float32_does(string change)
    {
        using TestRun exact = new("train.budget=120 steps", "eval.every=40 steps"), rounded = new("train.budget=120 steps", "eval.every=40 steps", "precision." + change);
        TrainingResult expected = exact.Train(), actual = rounded.Train();
        Assert.That(actual.WeightsSha256, Is.Not.EqualTo(expected.WeightsSha256), "the switch does something");
        Assert.That(actual.ValidationLoss!.Value, Is.EqualTo(expected.ValidationLoss!.Value).Within(0.02));
        Assert.That(exact.Steps[1].Loss - exact.Steps[^1].Loss, Is.GreaterThan(0.5), "there is something to lose");
    }

    [Test]
    public void The_bits_survive_a_kill_and_any_number_of_threads([Values("adamw", "sgd", "muon")] string optimizer)
    {
        string[] keys = [.. s_all, $"train.optimizer={optimizer}", "model.tie=true"];
        using TestRun whole = new(keys), threads = new(keys), parts = new(keys);
        string? expected = whole.Train().WeightsSha256;
        Assert.That(threads.Train(threads: 3).WeightsSha256, Is.EqualTo(expected));
        parts.Train(stopAfter: 3);
        parts.Resume(stopAfter: 12);
        Assert.That(parts.Resume().WeightsSha256, Is.EqualTo(expected));
        Assert.That(parts.Steps[^1].Loss, Is.EqualTo(whole.Steps[^1].Loss));
    }

    [Test]
    public void The_loss_scale_falls_until_gradients_fit_and_a_resumed_run_knows_it()
    {
        // Steps so large that soon elements of the gradient are above 1, and overflow at a scale of 65536.
        string[] keys = ["precision.gradients=float16", "train.clip=0", "train.lr=3"];
        using TestRun whole = new(keys), parts = new(keys);
        string? expected = whole.Train().WeightsSha256;
        parts.Train(stopAfter: 7);
        CheckpointState state = CheckpointState.Read(Path.Combine(parts.Folder, "checkpoints", "step-000007"));
        Assert.That(state.LossScale, Is.GreaterThanOrEqualTo(1).And.LessThan(LossScale.Dynamic.Value));
        Assert.That(state.LossScaleSteps, Is.InRange(1, 7));
        Assert.That(parts.Notices, Has.Some.Contains("left the range of float16"));
        Assert.That(parts.Resume().WeightsSha256, Is.EqualTo(expected));
        Assert.That(whole.Steps.Skip(1).Select(step => step.GradientNorm), Is.All.LessThan(1e6), "norms are those of the unscaled gradient");
    }

    [Test]
    public void A_loss_scale_halves_at_an_overflow_doubles_after_a_thousand_steps_and_leaves_nan_losses_alone()
    {
        LossScaler scaler = new(LossScale.Dynamic);
        Assert.That(scaler.Accepts(3, double.PositiveInfinity), Is.False);
        Assert.That(scaler.Scale, Is.EqualTo(32768));
        Assert.That(scaler.Accepts(3, 1), Is.True);
        for (int i = 0; i < 999; i++) { scaler.Advance(); }
        Assert.That((scaler.Scale, scaler.Steps), Is.EqualTo((32768.0, 999)));
        scaler.Advance();
        Assert.That((scaler.Scale, scaler.Steps), Is.EqualTo((65536.0, 0)));
        Assert.That(scaler.Accepts(double.NaN, double.NaN), Is.True, "the loss is at fault");
        while (scaler.Scale > LossScaler.Smallest) { Assert.That(scaler.Accepts(3, double.NaN), Is.False); }
        Assert.That(scaler.Accepts(3, double.NaN), Is.True, "no scale helps");
        Assert.That(new LossScaler(new LossScale(8, false)).Accepts(3, double.NaN), Is.True, "a fixed scale stays");
    }

    [Test]
    public void A_checkpoint_holds_exact_masters_and_moments_as_they_are_kept()
    {
        using TestRun run = new(s_all);
        run.Train();
        string folder = Path.Combine(run.Folder, "checkpoints", "step-000020");
        using SafetensorsReader model = new(Path.Combine(folder, "model.safetensors")), optimizer = new(Path.Combine(folder, "optimizer.safetensors"));
        Assert.That(model.Tensors.Select(tensor => tensor.Type), Is.All.EqualTo("F32"));
        Assert.That(optimizer.Tensors.Select(tensor => tensor.Type), Is.All.EqualTo("BF16"));
        Assert.That(model.Tensors.SelectMany(tensor => model.Read(tensor)), Has.Some.Matches<float>(x => (BitConverter.SingleToUInt32Bits(x) & 0xFFFF) != 0));
    }

    [Test]
    public void Divergence_stops_the_run_and_names_its_origin([Values("bfloat16", "float16")] string gradients)
    {
        using TestRun run = new(["train.lr=999", "train.clip=0", "train.warmup=0", "train.optimizer=sgd", "break.on=[\"nan\", \"inf\"]", .. s_all, $"precision.gradients={gradients}"]);
        TrainingResult result = run.Train();
        Assert.That(result.Outcome, Is.EqualTo(TrainingOutcome.Broke));
        Assert.That(result.Break!.Origin, Is.Not.Null);
        Assert.That(result.Break.Origin!.Place, Is.Not.Empty);
    }

    [Test]
    public void A_warmed_step_allocates_nothing([Values("adamw", "sgd", "muon")] string optimizer)
    {
        RunConfig config = TestRun.Parse([.. s_all, $"train.optimizer={optimizer}", "model.position=learned"]).Config;
        using var backend = new CpuBackend(2);
        using TokenDataset data = DataLoader.Open(config.Data, config.Tokenizer, 5);
        using LanguageModel model = LanguageModel.Create(config.Model, data.VocabularySize);
        model.Allocate(backend, 5, training: true, config.Precision.Slabs);
        using Optimizer moving = Optimizer.Create(config.Train, model.Config, model.Slabs, backend, new MomentStorage(config.Precision.Moments, 5));
        using var work = new TrainingStep(backend, model, data.Batches(4, config.Model.Context, 2), moving, 1, 5);
        long allocated = 0;
        for (long step = 0; step < 6; step++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work.Measure(step);
            work.Update(step, 1e-3);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void A_run_does_not_go_on_in_another_precision()
    {
        using TestRun run = new();
        run.Train(stopAfter: 6);
        RunException? error = Assert.Throws<RunException>(() => run.Resume(wanted: TestRun.Parse("precision.moments=bfloat16")));
        Assert.That(error!.Code, Is.EqualTo("R003"));
        Assert.That(error.Message, Does.Contain("precision.moments").And.Contain("\"float32\"").And.Contain("\"bfloat16\""));
    }
}
