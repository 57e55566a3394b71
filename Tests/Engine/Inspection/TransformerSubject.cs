using PureLlm.Autograd;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>A step of a transformer with a residual stream, small enough that every element of every gradient can be looked at.</summary>
internal sealed class TransformerSubject : StepSubject
{
    private readonly ModelBatch batch;

    public TransformerSubject(bool tie = true, int layers = 2, int width = 8, int vocabulary = 7, int time = 5)
    {
        Model = LanguageModel.Create(new ModelConfig { Layers = layers, Width = width, Heads = 2, Context = time, Tie = tie }, vocabulary);
        Model.Allocate(Backend, seed: 3, training: true);
        Optimizer = Optimizer.Create(Train, Model.Config, Slabs, Backend);
        batch = new ModelBatch(Backend, 1, time);
        int[] ids = [.. Enumerable.Range(0, time + 1).Select(i => i * 3 % (vocabulary - 1))];
        batch.Inputs.Set(ids[..time]);
        batch.Targets.Set(ids[1..]);
        Tokens = [.. ids[..time].Select(id => $"w{id}")];
    }

    public override string Title => "a transformer";

    public override Backend Backend { get; } = new CpuBackend(threads: 1);

    public override LanguageModel Model { get; }

    public override ParameterSlabs Slabs => Model.Slabs;

    public override Optimizer Optimizer { get; }

    public override TrainSection Train { get; } = new() { Clip = 0.5 };

    public override double LearningRate => 1e-3;

    public override IReadOnlyList<string> Tokens { get; }

    public override string TokenText(int id) => $"w{id}";

    public override Tensor Forward(Tape tape) => Model.Loss(tape, batch);

    public override void Dispose()
    {
        Optimizer.Dispose();
        batch.Dispose();
        Model.Dispose();
        Backend.Dispose();
    }
}
