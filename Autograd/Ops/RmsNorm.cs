using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = x·r·w with r = 1/√(mean x² + ε), for each row. x [.., C], w [C].</summary>
/// <remarks>With n = x·r and dn = dy ⊙ w: dx += r·(dn − n·mean(dn ⊙ n)), dw += Σ dy ⊙ n over the rows.
/// Zhang and Sennrich 2019, arXiv:1910.07467.</remarks>
public sealed class RmsNorm(float epsilon = 1e-5f) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new RmsNorm(), [new(2, 3, 8), new(8)]),
        new(_ => new RmsNorm(1e-2f), [new(5, 37), new(37)], Label: "odd"),
    ];

    public override string Name => "rms_norm";

    public override bool BackwardReadsOutput => false;

    public override bool IsCheap => true;

    public float Epsilon { get; } = epsilon;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        ShapeException.RequireRow(this, inputs[0], inputs[1]);
        return inputs[0].Shape;
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => inputs[0].Shape.Rows;

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        backend.RmsNorm(x.Data, w.Data, node.Output.Data, node.Saved, x.Shape.Rows, x.Shape.Columns, Epsilon);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        backend.RmsNormBackward(x.Data, w.Data, node.Saved, node.Output.Grad, x.Grad, w.Grad, x.Shape.Rows, x.Shape.Columns);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        int columns = shapes[0].Columns;
        double[] x = inputs[0], w = inputs[1], y = new double[x.Length];
        for (int start = 0; start < x.Length; start += columns)
        {
            double meanSquare = 0;
            for (int i = 0; i < columns; i++) { meanSquare += x[start + i] * x[start + i] / columns; }
            double r = 1 / Math.Sqrt(meanSquare + Epsilon);
            for (int i = 0; i < columns; i++) { y[start + i] = x[start + i] * r * w[i]; }
        }
        return y;
    }
}
