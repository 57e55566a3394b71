using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>L = cross-entropy of (w ⊙ w + w), class 1: an operation that reads a tensor twice, and another that reads it too.</summary>
internal sealed class SquareSubject : StepSubject
{
    private readonly Tokens targets;
    private readonly Multiply multiply = new();
    private readonly Add add = new();
    private readonly CrossEntropy loss;

    public SquareSubject(float first = 0.5f)
    {
        Slabs = new ParameterSlabs(Backend, [new Parameter("w", new Shape(3), Initializer.Zeros), new Parameter("unused", new Shape(2), Initializer.Zeros)], training: true);
        Backend.Write([first, -1.5f, 2f], Slabs.Parameters[0].Tensor.Data);
        Backend.Write([1f, 1f], Slabs.Parameters[1].Tensor.Data);
        targets = new Tokens(Backend, 1, 1);
        targets.Set([1]);
        loss = new CrossEntropy(targets);
    }

    public override string Title => "a square";

    public override Backend Backend { get; } = new CpuBackend(threads: 1);

    public override ParameterSlabs Slabs { get; }

    public override Tensor Forward(Tape tape)
    {
        Tensor w = Slabs.Parameters[0].Tensor;
        return tape.Apply(loss, tape.Apply(add, tape.Apply(multiply, w, w), w));
    }

    public override void Dispose()
    {
        targets.Dispose();
        Slabs.Dispose();
        Backend.Dispose();
    }
}
