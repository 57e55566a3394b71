using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>Four tokens look back at each other with two heads of two numbers each; every one of them is to name a class.</summary>
internal sealed class AttentionDemo : SmallSubject
{
    private readonly Tensor x;
    private readonly Parameter qkv, output, head;
    private readonly MatMul project = new(), mix = new(), read = new();
    private readonly Attention attention = new(2, 2, causal: true);
    private readonly Add around = new();
    private readonly CrossEntropy loss;

    public AttentionDemo(Backend backend) : base("demo attention", backend)
    {
        x = AddInput("x", new Shape(1, 4, 4),
            0.37f, 0.73f, 0.89f, 1.33f,
            0.72f, 1.27f, -1.41f, -0.10f,
            1.33f, 0.45f, 1.20f, -1.16f,
            -0.09f, -0.76f, 0.13f, 0.22f);
        qkv = AddParameter("Wqkv", new Shape(12, 4),
            -0.97f, -0.57f, -0.44f, 0.83f,
            0.53f, -0.68f, 0.59f, -0.72f,
            0.23f, -0.75f, -1.00f, 0.74f,
            -0.58f, -0.57f, 0.96f, 0.74f,
            -0.42f, 0.92f, 0.08f, 0.36f,
            -0.59f, 0.88f, 0.38f, 0.93f,
            0.79f, -0.40f, -0.28f, -0.67f,
            -0.71f, -0.87f, -0.40f, 0.21f,
            -0.99f, 0.36f, -0.32f, -0.38f,
            0.64f, -0.04f, -0.37f, -0.04f,
            0.41f, -0.89f, 0.95f, -0.95f,
            0.50f, 0.69f, -0.96f, 0.58f);
        output = AddParameter("Wo", new Shape(4, 4),
            -0.21f, 0.13f, -0.79f, -0.73f,
            -0.51f, 0.73f, -0.49f, 0.41f,
            0.69f, 0.71f, -0.25f, -0.23f,
            0.04f, 0.44f, -0.63f, 0.40f);
        head = AddParameter("Wout", new Shape(3, 4),
            0.54f, 0.65f, -0.83f, 0.80f,
            -0.74f, -0.29f, 0.20f, 0.75f,
            -0.29f, 0.76f, 0.08f, -0.34f);
        loss = new CrossEntropy(AddTokens(2, 0, 1, 2));
    }

    public override TrainSection Train { get; } = AdamW(0.01);

    public override IReadOnlyList<string> Tokens => ["t0", "t1", "t2", "t3"];

    public override IReadOnlyList<string> Remarks => ["q, k, v = x·Wqkvᵀ; two heads attend to the tokens up to their own; + x; Wout; cross-entropy with targets 2, 0, 1, 2."];

    protected override Tensor Build(Tape tape)
    {
        tape.Scope = "attention";
        Tensor packed = Named("qkv", tape.Apply(project, x, qkv.Tensor));
        Tensor seen = Named("a", tape.Apply(attention, packed));
        Tensor mixed = Named("o", tape.Apply(mix, seen, output.Tensor));
        tape.Scope = "residual";
        Tensor y = Named("y", tape.Apply(around, x, mixed));
        tape.Scope = "head";
        Tensor z = Named("z", tape.Apply(read, y, head.Tensor));
        tape.Scope = "loss";
        return Named("L", tape.Apply(loss, z));
    }
}
