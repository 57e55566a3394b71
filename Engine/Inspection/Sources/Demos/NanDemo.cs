using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Demos;

/// <summary>A planted fault: h·ln h of a unit that relu has switched off is 0·(−∞), no number.</summary>
internal sealed class NanDemo : SmallSubject
{
    private readonly Tensor x;
    private readonly Parameter w, v;
    private readonly MatMul up = new(), head = new();
    private readonly Map<Relu> relu = new();
    private readonly Map<Log> log = new();
    private readonly Multiply product = new();

    public NanDemo(Backend backend) : base("demo nan", backend)
    {
        x = AddInput("x", new Shape(2), 1.0f, 0.5f);
        w = AddParameter("w", new Shape(3, 2), 0.6f, 0.4f, -0.7f, 0.9f, 0.8f, -0.3f);
        v = AddParameter("v", new Shape(1, 3), 0.5f, 1.0f, -0.5f);
    }

    public override TrainSection Train { get; } = GradientDescent(0.01);

    public override IReadOnlyList<string> Remarks => ["h = relu(w·x), m = h ⊙ ln h, L = v·m; unit 1 is off, and ln 0 is −∞. Where it began: --at nan."];

    protected override Tensor Build(Tape tape)
    {
        tape.Scope = "mlp";
        Tensor u = Named("u", tape.Apply(up, x, w.Tensor));
        Tensor h = Named("h", tape.Apply(relu, u));
        Tensor l = Named("ln h", tape.Apply(log, h));
        Tensor m = Named("m", tape.Apply(product, h, l));
        tape.Scope = "loss";
        return Named("L", tape.Apply(head, m, v.Tensor));
    }
}
