using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = a + b, all of one shape: the residual connection.</summary>
/// <remarks>da += dy, db += dy.</remarks>
public sealed class Add : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Add(), [new(2, 3, 5), new(2, 3, 5)])];

    public override string Name => "add";

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        ShapeException.RequireSame(this, inputs[0], inputs[1]);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Add(node.Inputs[0].Data, node.Inputs[1].Data, node.Output.Data);

    public override void Backward(Backend backend, Node node)
    {
        foreach (Tensor input in node.Inputs)
        {
            if (input.NeedsGradient) { backend.Accumulate(node.Output.Grad, input.Grad); }
        }
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = (double[])inputs[0].Clone();
        for (int i = 0; i < y.Length; i++) { y[i] += inputs[1][i]; }
        return y;
    }
}
