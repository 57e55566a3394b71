using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>L = cross-entropy of relu(w), class 1, with w[0] at or near 0: a corner.</summary>
internal sealed class ReluSubject : StepSubject
{
    private readonly Tokens targets;
    private readonly Map<Relu> relu = new();
    private readonly CrossEntropy loss;

    public ReluSubject(float first = 0)
    {
        Slabs = new ParameterSlabs(Backend, [new Parameter("w", new Shape(3), Initializer.Zeros)], training: true);
        Backend.Write([first, -1.5f, 2f], Slabs.Parameters[0].Tensor.Data);
        targets = new Tokens(Backend, 1, 1);
        targets.Set([1]);
        loss = new CrossEntropy(targets);
    }

    public override string Title => "a corner";

    public override Backend Backend { get; } = new CpuBackend(threads: 1);

    public override ParameterSlabs Slabs { get; }

    public override Tensor Forward(Tape tape) => tape.Apply(loss, tape.Apply(relu, Slabs.Parameters[0].Tensor));

    public override void Dispose()
    {
        targets.Dispose();
        Slabs.Dispose();
        Backend.Dispose();
    }
}
