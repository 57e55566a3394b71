using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>Output projection and loss in one: L = weight · Σ (logsumexp(x·Wᵀ) − (x·Wᵀ)[target]). x [.., C], W [V, C], L a scalar.</summary>
/// <remarks>Equal to <see cref="MatMul"/> then <see cref="CrossEntropy"/>, in chunks of rows, so that B·T·V logits are never held at once:
/// where it can, loss and gradient of a chunk are computed together, in the backward pass. With dz = dL·weight·(softmax − onehot):
/// dx += dz·W, dW += dzᵀ·x. Saved: the loss of each row and its logsumexp.</remarks>
public sealed class LinearCrossEntropy(Tokens targets, int chunkRows = 0) : Op
{
    /// <summary>Logits of a chunk: 128 MB, but never fewer than 16 rows; W is read three times for each chunk.</summary>
    public const int ChunkLogits = 1 << 25;

    /// <summary>The same where memory is short: 16 MB.</summary>
    public const int LeastChunkLogits = 1 << 22;

    public static IEnumerable<OpExample> Examples =>
    [
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 2, 2, [3, 0, Tokens.Ignored, 6])), [new(2, 2, 5), new(7, 5)]),
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 1, 5, [0, 12, 5, 5, 1]), chunkRows: 2), [new(1, 5, 6), new(13, 6)], Label: "chunks"),
    ];

    public override string Name => "linear_cross_entropy";

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => true;

    public override bool ComputesOutputBackward => true;

    public Tokens Targets => targets;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        Tensor x = inputs[0], w = inputs[1];
        if (w.Shape.Rank != 2 || x.Shape.Columns != w.Shape[1]) { throw new ShapeException($"{Name}: {x} and {w} must agree on the last dimension."); }
        if (x.Shape.Rows != targets.Rows) { throw new ShapeException($"{Name}: {x} has {x.Shape.Rows} rows for {targets.Rows} targets."); }
        return new Shape();
    }

    /// <summary>Rows of a chunk: as given, else equal parts of at most so many logits.</summary>
    private int ChunkRows(ReadOnlySpan<Tensor> inputs, int logits)
    {
        int rows = inputs[0].Shape.Rows, most = Math.Max(16, logits / Math.Max(1, inputs[1].Shape[0])), parts = Math.Max(1, (rows + most - 1) / most);
        return chunkRows > 0 ? Math.Min(rows, chunkRows) : (rows + parts - 1) / parts;
    }

    /// <summary>Rows of a chunk, by the workspace that there is.</summary>
    private static int ChunkRows(Node node) => node.Workspace.Length / Math.Max(1, node.Inputs[1].Shape[0]);

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => 2 * inputs[0].Shape.Rows;

    public override int WorkspaceLength(ReadOnlySpan<Tensor> inputs) => checked(ChunkRows(inputs, ChunkLogits) * inputs[1].Shape[0]);

    public override int LeastWorkspaceLength(ReadOnlySpan<Tensor> inputs) => checked(ChunkRows(inputs, LeastChunkLogits) * inputs[1].Shape[0]);

    public override void Forward(Backend backend, Node node)
    {
        int rows = node.Inputs[0].Shape.Rows, step = ChunkRows(node);
        for (int start = 0; start < rows; start += step) { Losses(backend, node, start, Math.Min(step, rows - start)); }
        Sum(backend, node);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows, columns = x.Shape.Columns, vocabulary = w.Shape[0], step = ChunkRows(node);
        for (int start = 0; start < rows; start += step)
        {
            int count = Math.Min(step, rows - start);
            View rowsOfX = x.Data.Slice(start * columns, count * columns), z = node.IsComputed ? Logits(backend, node, start, count) : Losses(backend, node, start, count);
            backend.CrossEntropyBackward(z, targets.Ids.Slice(start, count), node.Saved.Slice(rows + start, count), z, count, vocabulary, Tokens.Ignored, targets.LossWeight, node.Output.Grad);
            if (x.NeedsGradient) { backend.MatMul(MatMulLayout.NN, z, w.Data, x.Grad.Slice(start * columns, count * columns), count, columns, vocabulary, accumulate: node.Adds(0)); }
            if (w.NeedsGradient) { backend.MatMul(MatMulLayout.TN, z, rowsOfX, w.Grad, vocabulary, columns, count, accumulate: start > 0 || node.Adds(1)); }
        }
        if (!node.IsComputed) { Sum(backend, node); }
    }

    /// <summary>The logits of some rows, in the workspace.</summary>
    private static View Logits(Backend backend, Node node, int start, int count)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int columns = x.Shape.Columns, vocabulary = w.Shape[0];
        View z = node.Workspace.Slice(0, count * vocabulary);
        backend.MatMul(MatMulLayout.NT, x.Data.Slice(start * columns, count * columns), w.Data, z, count, vocabulary, columns);
        return z;
    }

    /// <summary>The same, with the loss and the logsumexp of each row.</summary>
    private View Losses(Backend backend, Node node, int start, int count)
    {
        int rows = node.Inputs[0].Shape.Rows, vocabulary = node.Inputs[1].Shape[0];
        View z = Logits(backend, node, start, count);
        backend.CrossEntropy(z, targets.Ids.Slice(start, count), node.Saved.Slice(start, count), node.Saved.Slice(rows + start, count), count, vocabulary, Tokens.Ignored);
        return z;
    }

    private void Sum(Backend backend, Node node)
    {
        backend.Sum(node.Saved.Slice(0, node.Inputs[0].Shape.Rows), node.Output.Data);
        backend.Scale(node.Output.Data, node.Output.Data, targets.LossWeight);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        [CrossEntropy.Loss(new MatMul().Reference(inputs, shapes), targets, shapes[1][0])];
}
