using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y[b,t,:] = x[b,t,:] + p[first + t,:]: learned or sinusoidal positions. x [B, T, C], p [positions, C].</summary>
/// <remarks>dx += dy, dp[first + t] += Σ dy[b,t] over the batch.</remarks>
public sealed class AddPositions : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new AddPositions(), [new(2, 3, 5), new(3, 5)]),
        new(_ => new AddPositions { FirstPosition = 2 }, [new(2, 3, 5), new(7, 5)], Label: "first 2"),
    ];

    public override string Name => "add_positions";

    public override bool BackwardReads(int input) => false;

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => input == 0;

    public override bool PassesGradient(int input) => input == 0;

    public override bool IsCheap => true;

    /// <summary>Position of the first row of each sequence; decoding with a cache moves it on.</summary>
    public int FirstPosition { get; set; }

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        Tensor x = inputs[0], p = inputs[1];
        if (x.Shape.Rank != 3 || p.Shape.Rank != 2 || p.Shape[1] != x.Shape[2]) { throw new ShapeException($"{Name}: {x} must be [B, T, C] and {p} [positions, C]."); }
        if (FirstPosition + x.Shape[1] > p.Shape[0])
        {
            throw new ShapeException($"{Name}: {x} reaches position {FirstPosition + x.Shape[1] - 1}, but {p} has {p.Shape[0]}; shorten the text or use position = \"rope\".");
        }
        return x.Shape;
    }

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0];
        backend.AddRows(x.Data, Used(node, node.Inputs[1].Data), node.Output.Data, x.Shape.Rows, x.Shape.Columns, x.Shape[1]);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], p = node.Inputs[1];
        if (x.NeedsGradient) { Add.Pass(backend, node, 0); }
        if (p.NeedsGradient) { backend.AddRowsBackward(node.Output.Grad, Used(node, p.Grad), x.Shape.Rows, x.Shape.Columns, x.Shape[1]); }
    }

    private View Used(Node node, View positions)
    {
        Shape x = node.Inputs[0].Shape;
        return positions.Slice(FirstPosition * x[2], x[1] * x[2]);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        double[] y = (double[])inputs[0].Clone();
        int time = shapes[0][1], columns = shapes[0][2];
        for (int i = 0; i < y.Length; i++) { y[i] += inputs[1][((FirstPosition + (i / columns % time)) * columns) + (i % columns)]; }
        return y;
    }
}
