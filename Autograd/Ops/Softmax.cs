using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = exp(x − max) / Σ exp(x − max) for each row. x [.., C].</summary>
/// <remarks>dx += y ⊙ (dy − Σ y ⊙ dy).</remarks>
public sealed class Softmax : Op
{
    public static IEnumerable<OpExample> Examples => [new(_ => new Softmax(), [new(2, 3, 19)], Low: -4f, High: 4f)];

    public override string Name => "softmax";

    public override bool BackwardReads(int input) => false;

    public override bool IsCheap => true;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        return inputs[0].Shape;
    }

    public override void Forward(Backend backend, Node node) =>
        backend.Softmax(node.Inputs[0].Data, node.Output.Data, node.Output.Shape.Rows, node.Output.Shape.Columns);

    public override void Backward(Backend backend, Node node) =>
        backend.SoftmaxBackward(node.Output.Data, node.Output.Grad, node.Inputs[0].Grad, node.Output.Shape.Rows, node.Output.Shape.Columns);

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        int columns = shapes[0].Columns;
        double[] y = new double[inputs[0].Length];
        for (int start = 0; start < y.Length; start += columns)
        {
            double max = double.NegativeInfinity, sum = 0;
            for (int i = 0; i < columns; i++) { max = Math.Max(max, inputs[0][start + i]); }
            for (int i = 0; i < columns; i++) { sum += y[start + i] = Math.Exp(inputs[0][start + i] - max); }
            for (int i = 0; i < columns; i++) { y[start + i] /= sum; }
        }
        return y;
    }
}
