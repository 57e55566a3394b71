using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>One residual block four numbers wide: x → RMSNorm → W1 → relu² → W2 → + x → Wout → cross-entropy.</summary>
/// <remarks>∂L/∂x has two consumers, the way around and the norm; hidden unit 3 is off, so its row of ∂L/∂W1 is exactly 0;
/// the largest gradient of W1 is that of W1[2,1], −0.30405.</remarks>
internal sealed class ResidualDemo : SmallSubject
{
    private readonly Tensor x, gain;
    private readonly Parameter w1, w2, wout;
    private readonly RmsNorm norm = new(1e-6f);
    private readonly MatMul up = new(), down = new(), head = new();
    private readonly Map<ReluSquared> activation = new();
    private readonly Add around = new();
    private readonly CrossEntropy loss;

    public ResidualDemo(Backend backend) : base("demo residual", backend)
    {
        x = AddInput("x", new Shape(4), 0.5f, -1.2f, 0.8f, 0.1f);
        gain = AddConstant("gain", new Shape(4), 1, 1, 1, 1);
        w1 = AddParameter("W1", new Shape(4, 4),
            0.42f, -0.47f, -0.81f, 0.33f,
            -0.51f, -0.62f, 0.25f, -0.77f,
            0.50f, -0.38f, -0.27f, -0.49f,
            0.86f, 0.57f, -0.64f, -0.06f);
        w2 = AddParameter("W2", new Shape(4, 4),
            -0.43f, 0.90f, -0.66f, 0.09f,
            0.75f, -0.06f, -0.29f, 0.49f,
            0.68f, 0.03f, 0.73f, 0.77f,
            -0.20f, 0.20f, 0.53f, -0.72f);
        wout = AddParameter("Wout", new Shape(3, 4),
            0.82f, 0.12f, 0.02f, 0.38f,
            0.36f, 0.64f, 0.16f, 0.53f,
            -0.77f, -0.14f, 0.49f, 0.34f);
        loss = new CrossEntropy(AddTokens(1));
    }

    public override TrainSection Train { get; } = new() { LearningRate = 0.003, Beta1 = 0.9, Beta2 = 0.95, Decay = 0.1, Clip = 0 };

    public override IReadOnlyList<string> Remarks => ["x → RMSNorm → W1 → relu² → W2 → + x → Wout → cross-entropy over 3 classes; the target is class 1."];

    protected override Tensor Build(Tape tape)
    {
        tape.Scope = "norm";
        Tensor n = Named("n", tape.Apply(norm, x, gain));
        tape.Scope = "mlp.up";
        Tensor h = Named("h", tape.Apply(up, n, w1.Tensor));
        tape.Scope = "mlp";
        Tensor a = Named("a", tape.Apply(activation, h));
        tape.Scope = "mlp.down";
        Tensor o = Named("o", tape.Apply(down, a, w2.Tensor));
        tape.Scope = "residual";
        Tensor y = Named("y", tape.Apply(around, x, o));
        tape.Scope = "head";
        Tensor z = Named("z", tape.Apply(head, y, wout.Tensor));
        tape.Scope = "loss";
        return Named("L", tape.Apply(loss, z));
    }
}
