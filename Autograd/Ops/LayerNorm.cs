using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = (x − μ)·r·w + b with r = 1/√(σ² + ε), for each row. x [.., C], w [C], b [C] (optional).</summary>
/// <remarks>With n = (x − μ)·r and dn = dy ⊙ w: dx += r·(dn − mean(dn) − n·mean(dn ⊙ n)), dw += Σ dy ⊙ n, db += Σ dy.
/// Ba, Kiros and Hinton 2016, arXiv:1607.06450.</remarks>
public sealed class LayerNorm(float epsilon = 1e-5f) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new LayerNorm(), [new(2, 3, 8), new(8), new(8)]),
        new(_ => new LayerNorm(1e-2f), [new(5, 37), new(37)], Label: "no bias"),
    ];

    public override string Name => "layer_norm";

    public override bool BackwardReadsOutput => false;

    public override bool IsCheap => true;

    public float Epsilon { get; } = epsilon;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 2) { ShapeException.RequireInputs(this, inputs, 3); }
        for (int i = 1; i < inputs.Length; i++) { ShapeException.RequireRow(this, inputs[0], inputs[i]); }
        return inputs[0].Shape;
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => 2 * inputs[0].Shape.Rows;

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows;
        View b = node.Inputs.Length == 3 ? node.Inputs[2].Data : default;
        backend.LayerNorm(x.Data, w.Data, b, node.Output.Data, node.Saved.Slice(0, rows), node.Saved.Slice(rows), rows, x.Shape.Columns, Epsilon);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows;
        View db = node.Inputs.Length == 3 ? node.Inputs[2].Grad : default;
        backend.LayerNormBackward(x.Data, w.Data, node.Saved.Slice(0, rows), node.Saved.Slice(rows), node.Output.Grad, x.Grad, w.Grad, db, rows, x.Shape.Columns);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        int columns = shapes[0].Columns;
        double[] x = inputs[0], w = inputs[1], y = new double[x.Length];
        for (int start = 0; start < x.Length; start += columns)
        {
            double mean = 0, variance = 0;
            for (int i = 0; i < columns; i++) { mean += x[start + i] / columns; }
            for (int i = 0; i < columns; i++) { variance += (x[start + i] - mean) * (x[start + i] - mean) / columns; }
            double r = 1 / Math.Sqrt(variance + Epsilon);
            for (int i = 0; i < columns; i++) { y[start + i] = ((x[start + i] - mean) * r * w[i]) + (inputs.Length == 3 ? inputs[2][i] : 0); }
        }
        return y;
    }
}
