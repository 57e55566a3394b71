using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>RMSNorm or LayerNorm of each row, as the configuration says. x and y [B, T, C].</summary>
public sealed class Norm : Module
{
    private readonly Op op;

    public Norm(string path, ModelConfig config) : base(path)
    {
        bool isLayerNorm = config.Norm == NormKind.LayerNorm;
        op = isLayerNorm ? new LayerNorm((float)config.NormEpsilon) : new RmsNorm((float)config.NormEpsilon);
        Weight = AddParameter("weight", new Shape(config.Width), Initializer.Ones);
        Bias = isLayerNorm && config.Bias ? AddParameter("bias", new Shape(config.Width), Initializer.Zeros) : null;
    }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    public Tensor Forward(Tape tape, Tensor x)
    {
        tape.Scope = Path;
        return Bias is null ? tape.Apply(op, x, Weight.Tensor) : tape.Apply(op, x, Weight.Tensor, Bias.Tensor);
    }
}
