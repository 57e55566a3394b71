using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>RMSNorm of each query and key head of a packed row, before attention (QK-norm). x [B, T, (H + 2G)·D], wq [D], wk [D].</summary>
/// <remarks>Value heads pass unchanged. Gradients as in <see cref="RmsNorm"/>, head by head.
/// Henry et al. 2020, arXiv:2010.04245; in RMS form as in recent open models.</remarks>
public sealed class HeadNorm(int heads, int keyValueHeads, float epsilon = 1e-6f) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new HeadNorm(2, 2, 1e-5f), [new(2, 3, 24), new(4), new(4)]),
        new(_ => new HeadNorm(4, 1, 1e-2f), [new(1, 5, 42), new(7), new(7)], Label: "grouped"),
    ];

    public override string Name => "head_norm";

    public override bool BackwardReadsOutput => false;

    public override bool IsCheap => true;

    /// <summary>Query heads (H).</summary>
    public int Heads => heads;

    /// <summary>Key heads, and as many value heads (G).</summary>
    public int KeyValueHeads => keyValueHeads;

    public float Epsilon => epsilon;

    private int TotalHeads => heads + (2 * keyValueHeads);

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        ShapeException.RequireInputs(this, inputs, 3);
        Tensor x = inputs[0];
        for (int i = 1; i < 3; i++)
        {
            if (inputs[i].Shape.Rank != 1 || inputs[i].Shape[0] * TotalHeads != x.Shape.Columns)
            {
                throw new ShapeException($"{Name}: the rows of {x} must be {TotalHeads} heads ({heads} query, {keyValueHeads} key, {keyValueHeads} value) as long as {inputs[i]}.");
            }
        }
        return x.Shape;
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => inputs[0].Shape.Rows * (heads + keyValueHeads);

    public override void Forward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], wq = node.Inputs[1], wk = node.Inputs[2];
        backend.HeadNorm(x.Data, wq.Data, wk.Data, node.Output.Data, node.Saved, x.Shape.Rows, TotalHeads, heads, keyValueHeads, wq.Shape[0], epsilon);
    }

    public override void Backward(Backend backend, Node node)
    {
        Tensor x = node.Inputs[0], wq = node.Inputs[1], wk = node.Inputs[2];
        backend.HeadNormBackward(x.Data, wq.Data, wk.Data, node.Saved, node.Output.Grad, x.Grad, wq.Grad, wk.Grad, x.Shape.Rows, TotalHeads, heads, keyValueHeads, wq.Shape[0]);
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        int size = shapes[1][0];
        double[] x = inputs[0], y = new double[x.Length];
        for (int start = 0; start < x.Length; start += size)
        {
            int head = start / size % TotalHeads;
            double meanSquare = 0;
            for (int i = 0; i < size; i++) { meanSquare += x[start + i] * x[start + i] / size; }
            double r = 1 / Math.Sqrt(meanSquare + epsilon);
            for (int i = 0; i < size; i++)
            {
                y[start + i] = head < heads ? x[start + i] * r * inputs[1][i] : head < heads + keyValueHeads ? x[start + i] * r * inputs[2][i] : x[start + i];
            }
        }
        return y;
    }
}
