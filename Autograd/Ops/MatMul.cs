using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = x·Wᵀ (+ b): a linear layer. x [.., K], W [N, K], b [N], y [.., N].</summary>
/// <remarks>dx += dy·W, dW += dyᵀ·x, db += Σ dy over the rows.</remarks>
public sealed class MatMul : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new MatMul(), [new(2, 3, 5), new(7, 5)]),
        new(_ => new MatMul(), [new(1, 4), new(3, 4), new(3)], Label: "bias"),
        new(_ => new MatMul(), [new(33, 17), new(19, 17), new(19)], Label: "odd"),
    ];

    public override string Name => "matmul";

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => input < 2;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 3) { ShapeException.RequireInputs(this, inputs, 2); }
        Tensor x = inputs[0], w = inputs[1];
        if (w.Shape.Rank != 2 || x.Shape.Rank == 0 || x.Shape.Columns != w.Shape[1])
        {
            throw new ShapeException($"{Name}: {x} and {w} must agree on the last dimension.");
        }
        if (inputs.Length == 3 && (inputs[2].Shape.Rank != 1 || inputs[2].Shape[0] != w.Shape[0]))
        {
            throw new ShapeException($"{Name}: the bias {inputs[2]} must have one element for each row of {w}.");
        }
        return x.Shape.WithColumns(w.Shape[0]);
    }

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        View bias = node.Inputs.Length == 3 ? node.Inputs[2].Data : default;
        backend.MatMul(MatMulLayout.NT, x.Data, w.Data, node.Output.Data, x.Shape.Rows, w.Shape[0], w.Shape[1], bias: bias);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        View dy = node.Output.Grad;
        int rows = x.Shape.Rows, n = w.Shape[0], k = w.Shape[1];
        if (x.NeedsGradient) { backend.MatMul(MatMulLayout.NN, dy, w.Data, x.Grad, rows, k, n, accumulate: node.Adds(0)); }
        if (w.NeedsGradient) { backend.MatMul(MatMulLayout.TN, dy, x.Data, w.Grad, n, k, rows, accumulate: node.Adds(1)); }
        if (node.Inputs.Length == 3 && node.Inputs[2].NeedsGradient) { backend.AddRowsBackward(dy, node.Inputs[2].Grad, rows, n, 1); }
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        TwinProduct.Of(inputs[0], inputs[1], inputs.Length == 3 ? inputs[2] : null, shapes[0].Rows, shapes[1][0], shapes[1][1]);
}
