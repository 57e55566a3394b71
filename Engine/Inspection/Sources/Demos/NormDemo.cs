using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>One row through RMSNorm and through LayerNorm; the loss is the square of a weighted sum of their product.</summary>
internal sealed class NormDemo : SmallSubject
{
    private readonly Tensor x;
    private readonly Parameter gain, weight, bias, read;
    private readonly RmsNorm rms = new(1e-6f);
    private readonly LayerNorm layer = new(1e-6f);
    private readonly Multiply product = new();
    private readonly MatMul head = new();
    private readonly Map<Square> square = new();

    public NormDemo(Backend backend) : base("demo norm", backend)
    {
        x = AddInput("x", new Shape(4), 2.0f, -1.0f, 0.5f, 3.0f);
        gain = AddParameter("gain", new Shape(4), 1.0f, 0.8f, 1.2f, 0.9f);
        weight = AddParameter("weight", new Shape(4), 1.1f, 1.0f, 0.7f, 0.9f);
        bias = AddParameter("bias", new Shape(4), 0.1f, 0.0f, -0.2f, 0.3f);
        read = AddParameter("w", new Shape(1, 4), 0.5f, -0.4f, 0.3f, 0.2f);
    }

    public override TrainSection Train { get; } = GradientDescent(0.05);

    public override IReadOnlyList<string> Remarks => ["n = RMSNorm(x)·gain, m = LayerNorm(x)·weight + bias, L = (w·(n ⊙ m))²."];

    protected override Tensor Build(Tape tape)
    {
        tape.Scope = "rms";
        Tensor n = Named("n", tape.Apply(rms, x, gain.Tensor));
        tape.Scope = "layer";
        Tensor m = Named("m", tape.Apply(layer, x, weight.Tensor, bias.Tensor));
        tape.Scope = "head";
        Tensor q = Named("q", tape.Apply(product, n, m));
        Tensor s = Named("s", tape.Apply(head, q, read.Tensor));
        tape.Scope = "loss";
        return Named("L", tape.Apply(square, s));
    }
}
