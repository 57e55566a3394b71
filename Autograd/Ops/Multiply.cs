using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = a ⊙ b, all of one shape.</summary>
/// <remarks>da += dy ⊙ b, db += dy ⊙ a.</remarks>
public sealed class Multiply : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Multiply(), [new(2, 3, 5), new(2, 3, 5)])];

    public override string Name => "multiply";

    public override bool BackwardReadsOutput => false;

    public override bool IsCheap => true;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        ShapeException.RequireSame(this, inputs[0], inputs[1]);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Multiply(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data);

    public override void Backward(Backend backend, Node node)
    {
        Tensor a = node.Inputs[0], b = node.Inputs[1];
        backend.MultiplyBackward(a.Data, b.Data, node.Output.Grad, a.Grad, b.Grad);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = (double[])inputs[0].Clone();
        for (int i = 0; i < y.Length; i++) { y[i] *= inputs[1][i]; }
        return y;
    }
}
