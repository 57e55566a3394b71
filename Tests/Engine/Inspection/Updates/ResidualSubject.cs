using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection.Updates;

/// <summary>x → RMSNorm → up → relu² → down → + x → head → cross-entropy, 4 wide, three rows: every kind of parameter, and a path around.</summary>
internal sealed class ResidualSubject : StepSubject
{
    private readonly Tokens targets;
    private readonly MatMul up = new(), down = new(), head = new();
    private readonly RmsNorm norm = new(1e-5f);
    private readonly Map<ReluSquared> activation = new();
    private readonly Add add = new();
    private readonly CrossEntropy loss;

    public ResidualSubject(TrainSection train, double learningRate = 0.003, long step = 0, int earlierSteps = 0)
    {
        Train = train;
        LearningRate = learningRate;
        Step = step;
        Slabs = new ParameterSlabs(Backend,
        [
            new("x", new Shape(3, 4), Initializer.Normal(1)), new("norm.weight", new Shape(4), Initializer.Ones),
            new("blocks.0.up", new Shape(6, 4), Initializer.Normal(0.6)), new("blocks.0.down", new Shape(4, 6), Initializer.Normal(0.6)), new("head", new Shape(5, 4), Initializer.Normal(0.6)),
        ], training: true);
        Slabs.Initialize(11);
        Optimizer = Optimizer.Create(train, new ModelConfig(), Slabs, Backend);
        targets = new Tokens(Backend, 1, 3);
        targets.Set([1, 4, 0]);
        loss = new CrossEntropy(targets);
        for (int i = 0; i < earlierSteps; i++)
        {
            using Tape tape = new(Backend);
            Slabs.ClearGradients();
            tape.Backward(Forward(tape));
            Optimizer.Step(i + 1, 0.01, 1);
        }
    }

    public override string Title => "a residual block";

    public override long Step { get; }

    public override Backend Backend { get; } = new CpuBackend(threads: 1);

    public override ParameterSlabs Slabs { get; }

    public override Optimizer Optimizer { get; }

    public override TrainSection Train { get; }

    public override double LearningRate { get; }

    public Parameter Parameter(string name) => Slabs.Parameters.Single(parameter => parameter.Name == name);

    public override Tensor Forward(Tape tape)
    {
        Tensor x = Parameter("x").Tensor;
        Tensor h = tape.Apply(activation, tape.Apply(up, tape.Apply(norm, x, Parameter("norm.weight").Tensor), Parameter("blocks.0.up").Tensor));
        Tensor y = tape.Apply(add, x, tape.Apply(down, h, Parameter("blocks.0.down").Tensor));
        return tape.Apply(loss, tape.Apply(head, y, Parameter("head").Tensor));
    }

    public override void Dispose()
    {
        targets.Dispose();
        Optimizer.Dispose();
        Slabs.Dispose();
        Backend.Dispose();
    }
}
