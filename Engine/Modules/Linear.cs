using PureLlm.Autograd;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Modules;

/// <summary>y = x·Wᵀ (+ b). x [B, T, in], W [out, in], y [B, T, out].</summary>
public sealed class Linear : Module
{
    private readonly MatMul product = new();

    public Linear(string path, int inputs, int outputs, bool bias, Initializer initializer) : base(path)
    {
        Weight = AddParameter("weight", new Shape(outputs, inputs), initializer);
        Bias = bias ? AddParameter("bias", new Shape(outputs), Initializer.Zeros) : null;
    }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    public Tensor Forward(Tape tape, Tensor x)
    {
        tape.Scope = Path;
        return Bias is null ? tape.Apply(product, x, Weight.Tensor) : tape.Apply(product, x, Weight.Tensor, Bias.Tensor);
    }
}
