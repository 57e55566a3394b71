using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>Output projection and loss in one: L = weight · Σ (logsumexp(x·Wᵀ) − (x·Wᵀ)[target]). x [.., C], W [V, C], L a scalar.</summary>
/// <remarks>Equal to <see cref="MatMul"/> then <see cref="CrossEntropy"/>, in chunks of rows, so that B·T·V logits are never held at once:
/// beyond <see cref="KeptLogits"/> the backward pass computes a chunk's logits again. With dz = dL·weight·(softmax − onehot):
/// dx += dz·W, dW += dzᵀ·x. Saved: the loss of each row, its logsumexp, and the logits while they are few.</remarks>
public sealed class LinearCrossEntropy(Tokens targets, int chunkRows = 0) : Op
{
    /// <summary>Up to this many logits are kept for the backward pass (16 MB) instead of computed again.</summary>
    public const int KeptLogits = 1 << 22;

    public static IEnumerable<OpExample> Examples =>
    [
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 2, 2, [3, 0, Tokens.Ignored, 6])), [new(2, 2, 5), new(7, 5)]),
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 1, 5, [0, 12, 5, 5, 1]), chunkRows: 2), [new(1, 5, 6), new(13, 6)], Label: "chunks"),
    ];

    public override string Name => "linear_cross_entropy";

    public override bool BackwardReadsOutput => false;

    public Tokens Targets => targets;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        Tensor x = inputs[0], w = inputs[1];
        if (w.Shape.Rank != 2 || x.Shape.Columns != w.Shape[1]) { throw new ShapeException($"{Name}: {x} and {w} must agree on the last dimension."); }
        if (x.Shape.Rows != targets.Rows) { throw new ShapeException($"{Name}: {x} has {x.Shape.Rows} rows for {targets.Rows} targets."); }
        return new Shape();
    }

    private static bool Keeps(Shape x, Shape w) => (long)x.Rows * w[0] <= KeptLogits;

    /// <summary>Rows of a chunk: as given, else what fits into <see cref="KeptLogits"/>, at least 16.</summary>
    private int ChunkRows(Shape x, Shape w) => Math.Min(x.Rows, chunkRows > 0 ? chunkRows : Math.Max(16, KeptLogits / Math.Max(1, w[0])));

    public override int SavedLength(ReadOnlySpan<Tensor> inputs)
    {
        Shape x = inputs[0].Shape, w = inputs[1].Shape;
        return (2 * x.Rows) + (Keeps(x, w) ? x.Rows * w[0] : 0);
    }

    public override int WorkspaceLength(ReadOnlySpan<Tensor> inputs) => checked(ChunkRows(inputs[0].Shape, inputs[1].Shape) * inputs[1].Shape[0]);

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows, columns = x.Shape.Columns, vocabulary = w.Shape[0], step = ChunkRows(x.Shape, w.Shape);
        for (int start = 0; start < rows; start += step)
        {
            int count = Math.Min(step, rows - start);
            View logits = Logits(node, start, count);
            backend.MatMul(MatMulLayout.NT, x.Data.Slice(start * columns, count * columns), w.Data, logits, count, vocabulary, columns);
            backend.CrossEntropy(logits, targets.Ids.Slice(start, count), node.Saved.Slice(start, count), node.Saved.Slice(rows + start, count), count, vocabulary, Tokens.Ignored);
        }
        backend.Sum(node.Saved.Slice(0, rows), node.Output.Data);
        backend.Scale(node.Output.Data, node.Output.Data, targets.LossWeight);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows, columns = x.Shape.Columns, vocabulary = w.Shape[0], step = ChunkRows(x.Shape, w.Shape);
        Span<float> upstream = stackalloc float[1];
        backend.Read(node.Output.Grad, upstream);
        for (int start = 0; start < rows; start += step)
        {
            int count = Math.Min(step, rows - start);
            View rowsOfX = x.Data.Slice(start * columns, count * columns), logits = Logits(node, start, count), dz = node.Workspace.Slice(0, count * vocabulary);
            if (!Keeps(x.Shape, w.Shape)) { backend.MatMul(MatMulLayout.NT, rowsOfX, w.Data, logits, count, vocabulary, columns); }
            backend.CrossEntropyBackward(logits, targets.Ids.Slice(start, count), node.Saved.Slice(rows + start, count), dz, count, vocabulary, Tokens.Ignored, upstream[0] * targets.LossWeight);
            if (x.NeedsGradient) { backend.MatMul(MatMulLayout.NN, dz, w.Data, x.Grad.Slice(start * columns, count * columns), count, columns, vocabulary, accumulate: true); }
            if (w.NeedsGradient) { backend.MatMul(MatMulLayout.TN, dz, rowsOfX, w.Grad, vocabulary, columns, count, accumulate: true); }
        }
    }

    private static View Logits(Node node, int start, int count)
    {
        Shape x = node.Inputs[0].Shape, w = node.Inputs[1].Shape;
        return Keeps(x, w) ? node.Saved.Slice((2 * x.Rows) + (start * w[0]), count * w[0]) : node.Workspace.Slice(0, count * w[0]);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        [CrossEntropy.Loss(new MatMul().Reference(inputs, shapes), targets, shapes[1][0])];
}
