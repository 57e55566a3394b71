using BenchmarkDotNet.Attributes;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Steps;

/// <summary>Whole training steps of known models on all threads: forward, backward, AdamW.</summary>
[MemoryDiagnoser]
public class StepSuite
{
    private CpuBackend backend = null!;
    private LanguageModel model = null!;
    private ModelBatch batch = null!;
    private Tape tape = null!;
    private Optimizer optimizer = null!;
    private int step;

    [ParamsSource(nameof(Models))]
    public string Model { get; set; } = "";

    public static IEnumerable<string> Models => StepShape.All.Select(shape => shape.Name);

    [GlobalSetup]
    public void Prepare()
    {
        StepShape shape = StepShape.All.First(item => item.Name == Model);
        backend = new CpuBackend();
        model = LanguageModel.Create(shape.Model, shape.Vocabulary);
        model.Allocate(backend, 1, training: true);
        batch = new ModelBatch(backend, shape.Batch, shape.Time);
        tape = new Tape(backend, memory: new TapeMemory());
        optimizer = Optimizer.Create(new TrainSection { LearningRate = 1e-4 }, model.Config, model.Slabs, backend);
        int[] ids = [.. Enumerable.Range(0, shape.Tokens).Select(i => CounterRandom.Below(new RandomStream(1, 1), (ulong)i, shape.Vocabulary))];
        batch.Inputs.Set(ids);
        batch.Targets.Set(ids);
        batch.Targets.LossWeight = 1f / shape.Tokens;
    }

    [GlobalCleanup]
    public void Free()
    {
        optimizer.Dispose();
        tape.Dispose();
        batch.Dispose();
        model.Dispose();
        backend.Dispose();
    }

    [Benchmark]
    public void Step()
    {
        tape.Reset();
        tape.Backward(model.Loss(tape, batch));
        optimizer.Step(++step, 1e-4, 1);
    }
}
