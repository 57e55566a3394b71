using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = f(gate) ⊙ up: the middle of SwiGLU (f = SiLU) and GeGLU (f = GELU); Shazeer 2020, arXiv:2002.05202.</summary>
/// <remarks>dgate += dy ⊙ up ⊙ f'(gate), dup += dy ⊙ f(gate).</remarks>
public sealed class Gate<TFunction> : Op
    where TFunction : struct, IUnaryFunction
{
    public override string Name => $"{TFunction.Name}_gate";

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => true;

    public override bool IsCheap => true;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        ShapeException.RequireSame(this, inputs[0], inputs[1]);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Gate<TFunction>(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data);

    public override void Backward(Backend backend, Node node)
    {
        Tensor gate = node.Inputs[0], up = node.Inputs[1];
        bool adds = (gate.NeedsGradient && node.Adds(0)) || (up.NeedsGradient && node.Adds(1));
        for (int i = 0; adds && i < 2; i++)
        {
            if (!node.Adds(i)) { backend.Fill(node.Inputs[i].Grad, 0f); }
        }
        backend.GateBackward<TFunction>(gate.Data, up.Data, node.Output.Grad, gate.Grad, up.Grad, adds);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = Array.ConvertAll(inputs[0], TFunction.Invoke64);
        for (int i = 0; i < y.Length; i++) { y[i] *= inputs[1][i]; }
        return y;
    }
}

/// <summary>The examples of <see cref="Gate{TFunction}"/>.</summary>
public static class GateExamples
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new Gate<Silu>(), [new(3, 17), new(3, 17)]),
        new(_ => new Gate<GeluTanh>(), [new(3, 17), new(3, 17)]),
        new(_ => new Gate<GeluErf>(), [new(3, 17), new(3, 17)]),
    ];
}
