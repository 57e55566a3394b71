using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>The trainer as it is, on the emulating processor: same losses, same checkpoints.</summary>
public class TrainingTests
{
    private const string Toml = """
        version = 1
        [run]
        seed = 5
        [data]
        source = "sort"
        size = "4kB"
        val = 0.1
        [tokenizer]
        kind = "chars"
        [model]
        layers = 1
        width = 8
        heads = 2
        context = 9
        [train]
        budget = "10 steps"
        batch = 1
        accumulate = 2
        warmup = "4 steps"
        [eval]
        every = "5 steps"
        batches = 1
        scores = false
        sample = { prompt = "abcd=", tokens = 2, temperature = 0.8 }
        [checkpoint]
        every = "5 steps"
        keep = 3
        """;

    private static readonly string[][] s_runs =
    [
        [],
        ["model.position=rope", "model.norm=rmsnorm", "model.mlp=swiglu", "model.kv_heads=1", "model.dropout=0.1", "model.tie=true"],
        ["train.optimizer=muon", "model.qk_norm=true"],
        ["precision.weights=bfloat16", "precision.gradients=bfloat16", "precision.moments=bfloat16"],
    ];

    [TestCaseSource(nameof(s_runs))]
    public void Ten_steps_have_the_processors_losses(params string[] overrides)
    {
        using var cpu = new CpuBackend(1);
        List<double> expected = Losses(cpu, overrides, out _), actual = Losses(GpuCheck.Gpu, overrides, out string? hash);
        Assert.That(actual, Has.Count.EqualTo(10));
        for (int i = 0; i < 10; i++) { Assert.That(actual[i], Is.EqualTo(expected[i]).Within(Tolerance(overrides)), $"step {i}"); }
        Losses(GpuCheck.Gpu, overrides, out string? again);
        Assert.That(again, Is.EqualTo(hash), "the same bits every time");
    }

    [Test]
    public void A_run_takes_its_memory_in_one_block_and_a_warmed_step_takes_none()
    {
        using GpuBackend gpu = IlgpuPlugin.OpenEmulator(new DeviceOptions());
        List<int> blocks = [];
        Losses(gpu, ["break.on=[]"], out _, () => blocks.Add(gpu.Arenas.Allocations));
        Assert.That(blocks, Has.Count.EqualTo(10).And.All.EqualTo(1));
        Assert.That(gpu.AllocatedBytes, Is.Zero);
        gpu.Arenas.Limit = gpu.Arenas.Held + (4 << 20);
        Assert.That(() => Losses(gpu, ["model.width=2048", "model.layers=4"], out _), Throws.TypeOf<OutOfMemoryException>().With.Message.Match(
            @"^ilgpu-cpu: [\d,.]+ MiB are needed and 4\.0 MiB are free on a device of .* MiB: parameters [\d,.]+ MiB \(less with model\.layers or model\.width\), gradients .*, moments .*, activations .*train\.batch.*, working memory of the kernels"));
    }

    // Muon makes all singular values of an update alike, those that are rounding errors too; 16 bits round to the same side only most of the time.
    private static double Tolerance(string[] overrides) => overrides is ["train.optimizer=muon", ..] ? 1e-3 : overrides is ["precision.weights=bfloat16", ..] ? 5e-3 : 1e-4;

    private static List<double> Losses(Backend backend, string[] overrides, out string? hash, Action? onStep = null)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"pure-llm-gpu-{Guid.NewGuid():N}");
        try
        {
            var watch = new Watch(onStep);
            using TrainingRun run = TrainingRun.Start(ConfigLoader.Parse("toy.toml", Toml, overrides.Select(text => new ConfigOverride(text))), backend, folder, overwrite: false, watch);
            hash = run.Execute(new StopRequest()).WeightsSha256;
            return watch.Losses;
        }
        finally
        {
            if (Directory.Exists(folder)) { Directory.Delete(folder, recursive: true); }
        }
    }

    private sealed class Watch(Action? onStep) : ITrainingObserver
    {
        public List<double> Losses { get; } = [];

        public void OnStep(in StepReport report)
        {
            if (report.Step == 0) { return; }
            Losses.Add(report.Loss);
            onStep?.Invoke();
        }
    }
}
