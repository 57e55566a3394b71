using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>Output projection and loss in one: L = weight · Σ (logsumexp(x·Wᵀ) − (x·Wᵀ)[target]). x [.., C], W [V, C], L a scalar.</summary>
/// <remarks>Equal to <see cref="MatMul"/> then <see cref="CrossEntropy"/>, in chunks of rows, so that B·T·V logits are never held at once.
/// A chunk's logits z also give its gradient, dz = weight·(softmax − onehot), so the forward pass of training saves dz·W and dzᵀ·x and no logits
/// are ever computed twice; the backward pass only scales: dx += dL·(dz·W), dW += dL·(dzᵀ·x).
/// Saved: the loss of each row, its logsumexp, and the two gradients.</remarks>
public sealed class LinearCrossEntropy(Tokens targets, int chunkRows = 0) : Op
{
    /// <summary>Logits of a chunk: 128 MB, but never fewer than 16 rows.</summary>
    public const int ChunkLogits = 1 << 25;

    public static IEnumerable<OpExample> Examples =>
    [
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 2, 2, [3, 0, Tokens.Ignored, 6])), [new(2, 2, 5), new(7, 5)]),
        new(backend => new LinearCrossEntropy(Embedding.Ids(backend, 1, 5, [0, 12, 5, 5, 1]), chunkRows: 2), [new(1, 5, 6), new(13, 6)], Label: "chunks"),
    ];

    public override string Name => "linear_cross_entropy";

    public override bool BackwardReadsOutput => false;

    public override bool Overwrites(int input) => true;

    public Tokens Targets => targets;

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 2);
        Tensor x = inputs[0], w = inputs[1];
        if (w.Shape.Rank != 2 || x.Shape.Columns != w.Shape[1]) { throw new ShapeException($"{Name}: {x} and {w} must agree on the last dimension."); }
        if (x.Shape.Rows != targets.Rows) { throw new ShapeException($"{Name}: {x} has {x.Shape.Rows} rows for {targets.Rows} targets."); }
        return new Shape();
    }

    /// <summary>Rows of a chunk: as given, else equal parts of at most <see cref="ChunkLogits"/>.</summary>
    private int ChunkRows(Shape x, Shape w)
    {
        int most = Math.Max(16, ChunkLogits / Math.Max(1, w[0])), parts = Math.Max(1, (x.Rows + most - 1) / most);
        return chunkRows > 0 ? Math.Min(x.Rows, chunkRows) : (x.Rows + parts - 1) / parts;
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs)
    {
        Shape x = inputs[0].Shape, w = inputs[1].Shape;
        return checked((2 * x.Rows) + (SavesGradients(inputs) ? x.Length + (inputs[1].NeedsGradient ? w.Length : 0) : 0));
    }

    public override int WorkspaceLength(ReadOnlySpan<Tensor> inputs) => checked(ChunkRows(inputs[0].Shape, inputs[1].Shape) * inputs[1].Shape[0]);

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows;
        bool saves = SavesGradients(node.Inputs);
        View dx = saves ? node.Saved.Slice(2 * rows, x.Shape.Length) : default;
        View dw = saves && w.NeedsGradient ? node.Saved.Slice((2 * rows) + x.Shape.Length, w.Shape.Length) : default;
        Run(backend, node, dx, dw, adds: false, targets.LossWeight);
        backend.Sum(node.Saved.Slice(0, rows), node.Output.Data);
        backend.Scale(node.Output.Data, node.Output.Data, targets.LossWeight);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows;
        Span<float> upstream = stackalloc float[1];
        backend.Read(node.Output.Grad, upstream);
        if (!SavesGradients(node.Inputs))
        {
            Run(backend, node, default, w.Grad, node.Adds(1), upstream[0] * targets.LossWeight);
            return;
        }
        Give(backend, node.Saved.Slice(2 * rows, x.Shape.Length), x.Grad, node.Adds(0), upstream[0]);
        if (w.NeedsGradient) { Give(backend, node.Saved.Slice((2 * rows) + x.Shape.Length, w.Shape.Length), w.Grad, node.Adds(1), upstream[0]); }
    }

    private static void Give(Backend backend, View saved, View grad, bool adds, float scale)
    {
        if (adds) { backend.Accumulate(saved, grad, scale); }
        else { backend.Scale(saved, grad, scale); }
    }

    // A gradient that flows on into x says that the tape records; a constant x has its logits computed again instead.
    private static bool SavesGradients(ReadOnlySpan<Tensor> inputs) => inputs[0].NeedsGradient;

    /// <summary>Losses of all rows, and into the views that are given the gradients dx (overwritten) and dw.</summary>
    private void Run(Backend backend, Node node, View dx, View dw, bool adds, float scale)
    {
        Tensor x = node.Inputs[0], w = node.Inputs[1];
        int rows = x.Shape.Rows, columns = x.Shape.Columns, vocabulary = w.Shape[0], step = ChunkRows(x.Shape, w.Shape);
        for (int start = 0; start < rows; start += step)
        {
            int count = Math.Min(step, rows - start);
            View rowsOfX = x.Data.Slice(start * columns, count * columns), logits = node.Workspace.Slice(0, count * vocabulary), ids = targets.Ids.Slice(start, count);
            View logSumExp = node.Saved.Slice(rows + start, count);
            backend.MatMul(MatMulLayout.NT, rowsOfX, w.Data, logits, count, vocabulary, columns);
            backend.CrossEntropy(logits, ids, node.Saved.Slice(start, count), logSumExp, count, vocabulary, Tokens.Ignored);
            if (dx.IsEmpty && dw.IsEmpty) { continue; }
            backend.CrossEntropyBackward(logits, ids, logSumExp, logits, count, vocabulary, Tokens.Ignored, scale);
            if (!dx.IsEmpty) { backend.MatMul(MatMulLayout.NN, logits, w.Data, dx.Slice(start * columns, count * columns), count, columns, vocabulary); }
            if (!dw.IsEmpty) { backend.MatMul(MatMulLayout.TN, logits, rowsOfX, dw, vocabulary, columns, count, accumulate: adds || start > 0); }
        }
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes) =>
        [CrossEntropy.Loss(new MatMul().Reference(inputs, shapes), targets, shapes[1][0])];
}
