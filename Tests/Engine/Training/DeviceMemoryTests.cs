using PureLlm.Autograd.Inspection;
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
    ];

    [TestCaseSource(nameof(s_runs))]
    public void A_run_with_evaluations_samples_and_checkpoints_has_the_bits_of_visible_memory(params string[] overrides)
    {
        using TestRun seen = new(overrides), unseen = new(overrides), parts = new(overrides);
        string expected = seen.Train(threads: 2).WeightsSha256!;
        using var blind = new BlindBackend(2);
        Assert.That(unseen.Train(blind).WeightsSha256, Is.EqualTo(expected));
        Assert.That(unseen.Steps.Select(step => step.Loss), Is.EqualTo(seen.Steps.Select(step => step.Loss)));
        parts.Train(blind, stopAfter: 7);
        Assert.That(parts.Resume(blind).WeightsSha256, Is.EqualTo(expected));
    }

    [Test]
    public void A_step_waits_for_the_device_once([Values("adamw", "sgd", "muon")] string optimizer)
    {
        Assert.That(Waits(optimizer, 12) - Waits(optimizer, 5), Is.EqualTo(7));

        static int Waits(string optimizer, int steps)
        {
            using TestRun run = new($"train.budget={steps} steps", "train.warmup=2 steps", $"train.optimizer={optimizer}", "eval.every=0", "checkpoint.every=0", "eval.sample.tokens=0");
            using var blind = new BlindBackend();
            run.Train(blind);
            return blind.Reads;
        }
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
}
