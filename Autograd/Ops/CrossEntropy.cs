using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>L = weight · Σ (logsumexp(z) − z[target]) over the counted rows. z [.., V], L a scalar.</summary>
/// <remarks>dz += dL·weight·(softmax(z) − onehot(target)). Rows whose target is <see cref="Tokens.Ignored"/> count nothing;
/// weight is <see cref="Tokens.LossWeight"/>. Saved: the loss of each row, then its logsumexp.</remarks>
public sealed class CrossEntropy(Tokens targets) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(backend => new CrossEntropy(Embedding.Ids(backend, 2, 2, [3, 0, Tokens.Ignored, 6])), [new(2, 2, 7)]),
        new(backend => new CrossEntropy(Embedding.Ids(backend, 1, 3, [0, 32, 5])), [new(3, 33)], Low: -6f, High: 6f, Label: "odd"),
    ];

    public override string Name => "cross_entropy";

    public override bool BackwardReadsOutput => false;

    public Tokens Targets => targets;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 1);
        if (inputs[0].Shape.Rows != targets.Rows) { throw new ShapeException($"{Name}: {inputs[0]} has {inputs[0].Shape.Rows} rows for {targets.Rows} targets."); }
        return new Shape();
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => 2 * inputs[0].Shape.Rows;

    public override int WorkspaceLength(ReadOnlySpan<Tensor> inputs) => inputs[0].Shape.Length;

    public override void Forward(Backend backend, Node node)
    {
        Tensor z = node.Inputs[0];
        int rows = z.Shape.Rows;
        View losses = node.Saved.Slice(0, rows);
        backend.CrossEntropy(z.Data, targets.Ids, losses, node.Saved.Slice(rows), rows, z.Shape.Columns, Tokens.Ignored);
        backend.Sum(losses, node.Output.Data);
        backend.Scale(node.Output.Data, node.Output.Data, targets.LossWeight);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor z = node.Inputs[0];
        int rows = z.Shape.Rows;
        backend.CrossEntropyBackward(z.Data, targets.Ids, node.Saved.Slice(rows), node.Workspace, rows, z.Shape.Columns, Tokens.Ignored, targets.LossWeight, node.Output.Grad);
        backend.Accumulate(node.Workspace, z.Grad);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        [Loss(inputs[0], targets, shapes[0].Columns)];

    /// <summary>The weighted loss in float64.</summary>
    internal static double Loss(double[] z, Tokens targets, int columns)
    {
        int[] ids = targets.ToArray();
        double loss = 0;
        for (int row = 0; row < ids.Length; row++)
        {
            if (ids[row] == Tokens.Ignored) { continue; }
            ReadOnlySpan<double> logits = z.AsSpan(row * columns, columns);
            double max = double.NegativeInfinity, sum = 0;
            foreach (double value in logits) { max = Math.Max(max, value); }
            foreach (double value in logits) { sum += Math.Exp(value - max); }
            loss += max + Math.Log(sum) - logits[ids[row]];
        }
        return loss * targets.LossWeight;
    }
}
