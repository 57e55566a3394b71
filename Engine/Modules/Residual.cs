using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>The way around a sublayer f: x + dropout(f(norm(x))) with the norm before (GPT-2, Llama), norm(x + dropout(f(x))) with the norm after (2017).</summary>
/// <remarks>In both forms dropout acts on the sublayer's output before the addition, never on the normalised sum.</remarks>
public sealed class Residual : Module
{
    private readonly Add add = new();
    private readonly bool normFirst;
    private readonly Norm norm;
    private readonly DropoutLayer dropout;

    /// <param name="path">Path of the sublayer: "blocks.0.attention"; the norm is "blocks.0.attention_norm".</param>
    public Residual(string path, ModelConfig config) : base($"{path}_residual")
    {
        normFirst = config.NormPosition == NormPosition.Pre;
        norm = AddChild(new Norm($"{path}_norm", config));
        dropout = AddChild(new DropoutLayer($"{path}_dropout", config.Dropout));
    }

    public Norm Norm => norm;

    /// <summary>What the sublayer reads.</summary>
    public Tensor Enter(Tape tape, Tensor x) => normFirst ? norm.Forward(tape, x) : x;

    /// <summary>Brings the sublayer's output <paramref name="y"/> back to the stream <paramref name="x"/>.</summary>
    public Tensor Leave(Tape tape, Tensor x, Tensor y)
    {
        y = dropout.Forward(tape, y);
        tape.Scope = Path;
        Tensor sum = tape.Apply(add, x, y);
        return normFirst ? sum : norm.Forward(tape, sum);
    }
}
