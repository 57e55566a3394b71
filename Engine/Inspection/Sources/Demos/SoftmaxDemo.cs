using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>Cross-entropy in its single parts: p = softmax(z), L = −Σ onehot ⊙ ln p; ∂L/∂z comes out as p − onehot.</summary>
internal sealed class SoftmaxDemo : SmallSubject
{
    private readonly Parameter z;
    private readonly Tensor target, ones;
    private readonly Softmax softmax = new();
    private readonly Map<Log> log = new();
    private readonly Multiply pick = new();
    private readonly MatMul sum = new();
    private readonly Scale negate = new(-1f);

    public SoftmaxDemo(Backend backend) : base("demo softmax", backend)
    {
        z = AddParameter("z", new Shape(4), 1.0f, 2.0f, 0.5f, -1.0f);
        target = AddConstant("onehot", new Shape(4), 0, 0, 1, 0);
        ones = AddConstant("ones", new Shape(1, 4), 1, 1, 1, 1);
    }

    public override TrainSection Train { get; } = GradientDescent(1);

    public override IReadOnlyList<string> Remarks => ["p = softmax(z), L = −Σ onehot ⊙ ln p; the target is class 2, and ∂L/∂z is p − onehot."];

    protected override Tensor Build(Tape tape)
    {
        Tensor p = Named("p", tape.Apply(softmax, z.Tensor));
        tape.Scope = "loss";
        Tensor logs = Named("log p", tape.Apply(log, p));
        Tensor picked = Named("picked", tape.Apply(pick, target, logs));
        Tensor total = Named("sum", tape.Apply(sum, picked, ones));
        return Named("L", tape.Apply(negate, total));
    }
}
