using PureLlm.Autograd.Inspection;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;
using PureLlm.Kernels.Cpu;
using PureLlm.Tests.Engine.Modules;
using PureLlm.Tests.Kernels;

namespace PureLlm.Tests.Engine.Training;

/// <summary>Nothing above the kernels looks into the memory of a device, and a step waits for it once.</summary>
public class DeviceMemoryTests
{
    private static readonly string[][] s_runs =
    [
        [],
        ["train.optimizer=sgd"],
        ["train.optimizer=muon", "model.position=rope", "model.norm=rmsnorm", "model.mlp=swiglu", "model.qk_norm=true"],
        ["precision.weights=bfloat16", "precision.gradients=bfloat16", "precision.moments=bfloat16"],
        ["precision.gradients=float16"],
        ["precision.activations=bfloat16", "train.recompute=block"],
        ["break.on=[]"],
        ["break.on=[\"prev > 99\", \"step > 99\"]", "eval.every=4 steps", "checkpoint.every=6 steps", "precision.gradients=float16"],
        ["break.then=ignore", "break.on=[\"loss > 2\"]", "train.optimizer=muon"],
    ];

    [TestCaseSource(nameof(s_runs))]
    public void A_run_with_evaluations_samples_and_checkpoints_has_the_bits_of_visible_memory(params string[] overrides)
    {
        using TestRun seen = new(overrides), unseen = new(overrides), parts = new(overrides);
        string expected = seen.Train(threads: 2).WeightsSha256!;
        using var blind = new BlindBackend(2);
        Assert.That(unseen.Train(blind).WeightsSha256, Is.EqualTo(expected));
        Assert.That(unseen.Steps.Select(Numbers), Is.EqualTo(seen.Steps.Select(Numbers)));
        Assert.That(unseen.Notices, Is.EqualTo(seen.Notices));
        Assert.That(blind.Lost, Is.Zero, "numbers that no one took");
        Assert.That((blind.Outside, blind.Places!.Peak, blind.Places.Used), Is.EqualTo((0, blind.Reserved!.Bytes, 0L)), "all buffers of the run lie in what was reserved for it, and nothing of it was too much");
        Assert.That(blind.Reserved.Parts.Sum(part => part.Bytes), Is.LessThanOrEqualTo(blind.Reserved.Bytes));
        parts.Train(blind, stopAfter: 7);
        Assert.That(parts.Resume(blind).WeightsSha256, Is.EqualTo(expected));

        static (long, long, double, double, double, double) Numbers(StepReport step) => (step.Step, step.Tokens, step.Loss, step.ValidationLoss, step.LearningRate, step.GradientNorm);
    }

    [Test]
    public void Numbers_are_taken_when_the_next_step_is_on_its_way_unless_they_are_needed()
    {
        Assert.That(Ahead("break.on=[]"), Is.EqualTo(new[] { 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0 }), "at evaluations, checkpoints and the end at once");
        Assert.That(Ahead("break.on=[\"step > 99\"]"), Is.EqualTo(Ahead("break.on=[]")), "a rule about what is known waits for nothing");
        Assert.That(Ahead("break.on=[\"gnorm > 99\"]", "break.then=ignore"), Is.EqualTo(Ahead("break.on=[]")), "what stops nothing can be said later");
        Assert.That(Ahead("break.on=[\"gnorm > 99\"]"), Is.All.Zero, "the rule is tried before the update");
        Assert.That(Ahead("break.on=[]", "precision.gradients=float16"), Is.All.Zero, "the loss scale is decided before the update");

        static int[] Ahead(params string[] overrides)
        {
            using TestRun run = new(["train.budget=12 steps", "train.warmup=2 steps", "eval.every=5 steps", "checkpoint.every=8 steps", "eval.sample.tokens=0", .. overrides]);
            using var blind = new BlindBackend();
            var ahead = new List<int>();
            run.Observer = report => ahead.Add(blind.Sent - (int)report.Step);
            run.Train(blind);
            Assert.That(blind.Lost, Is.Zero);
            return [.. ahead.Skip(1)];
        }
    }

    [Test]
    public void A_rule_that_waits_for_nothing_still_reports_the_step_that_it_stops()
    {
        using TestRun seen = new("break.on=[\"step > 7\"]"), unseen = new("break.on=[\"step > 7\"]");
        using var blind = new BlindBackend();
        TrainingResult expected = seen.Train(), actual = unseen.Train(blind);
        Assert.That((actual.Outcome, actual.Steps, actual.WeightsSha256, actual.Break!.Values.Loss, actual.Break.Values.GradientNorm), Is.EqualTo((expected.Outcome, expected.Steps, expected.WeightsSha256, expected.Break!.Values.Loss, expected.Break.Values.GradientNorm)));
        Assert.That(unseen.Steps.Select(step => step.Loss), Is.EqualTo(seen.Steps.Select(step => step.Loss)));
    }

    [Test, CancelAfter(30_000)]
    public void A_paused_run_shows_the_weights_of_the_step_that_it_names()
    {
        string[] toml = ["break.on=[]", "train.budget=2000 steps", "eval.every=0", "eval.sample.tokens=0", "checkpoint.every=0"];
        using TestRun seen = new(toml), unseen = new(toml);
        using var blind = new BlindBackend();
        using var pause = new TrainingPause();
        var stop = new StopRequest();
        var asking = new Thread(() => pause.Pause(TimeSpan.FromSeconds(20)));
        using TrainingRun run = TrainingRun.Start(unseen.Config, blind, unseen.Folder, overwrite: false, pause, new AtStep(20, asking.Start));
        var training = new Thread(() => run.Execute(stop));
        training.Start();
        SpinWait.SpinUntil(() => pause.IsPaused);
        Assert.That(pause.HasEnded, Is.False);
        (long step, string actual) = (pause.StepsDone, run.Model.Slabs.Sha256());
        stop.Request();
        pause.Resume();
        training.Join();
        TrainingResult expected = seen.Train(stopAfter: step);
        Assert.That((step, actual), Is.EqualTo((expected.Steps, expected.WeightsSha256)));
    }

    [Test]
    public void Every_op_runs_in_memory_that_the_host_cannot_see()
    {
        using var blind = new BlindBackend();
        using var cpu = new CpuBackend(1);
        Assert.That(OpConformance.Run(blind, cpu).Where(result => !result.Passes(0)), Is.Empty);
    }

    [Test]
    public void Decoding_has_the_same_logits_and_waits_once_for_a_token()
    {
        using var blind = new BlindBackend();
        using var cpu = new CpuBackend(1);
        LanguageModel[] models = [.. new PureLlm.Kernels.Backend[] { blind, cpu }.Select(backend =>
        {
            LanguageModel model = LanguageModel.Create(TestModel.Small with { Context = 24 }, TestModel.Vocabulary);
            model.Allocate(backend, 3, training: false);
            return model;
        })];
        using Decoder unseen = new(models[0], blind), seen = new(models[1], cpu);
        unseen.Append([1, 2, 3]);
        seen.Append([1, 2, 3]);
        for (int i = 0; i < 8; i++)
        {
            Assert.That(unseen.Logits.ToArray(), Is.EqualTo(seen.Logits.ToArray()));
            int before = blind.Reads;
            unseen.Append(i);
            Assert.That(blind.Reads - before, Is.EqualTo(1));
            seen.Append(i);
        }
    }

    [Test]
    public void Decoding_keeps_to_what_was_reserved_for_it([Values(24, 400)] int context)
    {
        using var blind = new BlindBackend();
        ModelConfig config = TestModel.Small with { Context = context };
        blind.Reserve(DecodingMemory.Of(config, TestModel.Vocabulary));
        using LanguageModel model = LanguageModel.Create(config, TestModel.Vocabulary);
        model.AllocateEmpty(blind, training: false);
        using Decoder decoder = new(model, blind);
        decoder.Append(new int[Math.Min(context, 257)]);
        if (context > 257) { decoder.Append(1); }
        Assert.That((blind.Outside, blind.Places!.Peak), Is.EqualTo((0, blind.Reserved!.Bytes)));
        Assert.That(blind.Reserved.Parts, Is.All.Matches<PureLlm.Kernels.MemoryPart>(part => part.Bytes > 0));
    }

    [Test]
    public void A_step_is_explained_from_memory_that_the_host_cannot_see()
    {
        using var blind = new BlindBackend();
        using var cpu = new CpuBackend(1);
        Assert.That(Views(blind), Is.EqualTo(Views(cpu)));

        static string[] Views(PureLlm.Kernels.Backend backend)
        {
            using DemoSource source = new("residual", backend);
            using StepTrace trace = new(source.Open(0));
            return [.. trace.Frames.Select(frame => StepViewJson.Write(StepExplainer.Explain(trace, new Cursor(0, frame.Id))))];
        }
    }

    private sealed class AtStep(long step, Action action) : ITrainingObserver
    {
        public void OnStep(in StepReport report)
        {
            if (report.Step == step) { action(); }
        }
    }
}
