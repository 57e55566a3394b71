using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>The feed-forward part: down(f(up(x))), or gated down(f(gate(x)) ⊙ up(x)). x and y [B, T, C], inside [B, T, mlp_width].</summary>
/// <remarks>Gated: Shazeer 2020, arXiv:2002.05202. ReLU²: So et al. 2021, arXiv:2109.08668.</remarks>
public sealed class Mlp : Module
{
    private readonly Op activation;

    internal Mlp(string path, ModelConfig config, Initializers init, int writers) : base(path)
    {
        int width = config.Width, inner = config.MlpWidth;
        activation = Activation(config.Mlp);
        Gate = config.IsGated ? AddChild(new Linear(At("gate"), width, inner, config.Bias, init.Matrix(width, inner))) : null;
        Up = AddChild(new Linear(At("up"), width, inner, config.Bias, init.Matrix(width, inner)));
        Down = AddChild(new Linear(At("down"), inner, width, config.Bias, init.Residual(inner, width, writers)));
    }

    public Linear? Gate { get; }

    public Linear Up { get; }

    public Linear Down { get; }

    public Tensor Forward(Tape tape, Tensor x)
    {
        Tensor? gate = Gate?.Forward(tape, x);
        Tensor up = Up.Forward(tape, x);
        tape.Scope = Path;
        Tensor inner = gate is null ? tape.Apply(activation, up) : tape.Apply(activation, gate, up);
        return Down.Forward(tape, inner);
    }

    private static Op Activation(MlpKind kind) => kind switch
    {
        MlpKind.Relu => new Map<Relu>(),
        MlpKind.Relu2 => new Map<ReluSquared>(),
        MlpKind.Gelu => new Map<GeluTanh>(),
        MlpKind.GeluErf => new Map<GeluErf>(),
        MlpKind.Silu => new Map<Silu>(),
        MlpKind.Swiglu => new Gate<Silu>(),
        MlpKind.Geglu => new Gate<GeluTanh>(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), $"mlp: there is no kind {kind}."),
    };
}
