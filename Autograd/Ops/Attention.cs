using PureLlm.Kernels;

namespace PureLlm.Autograd.Ops;

/// <summary>y = softmax(scale·q·kᵀ + mask)·v for each head, without ever storing the T×S scores.</summary>
/// <remarks>Inputs: packed [B, T, (H + 2G)·D]; or q [B, T, H·D] and packed keys and values [B, S, 2G·D]. Output [B, T, H·D].
/// Query head h reads key and value head h·G/H (Ainslie et al. 2023, arXiv:2305.13245). With p the probabilities and dp = dy·vᵀ:
/// dv += pᵀ·dy, ds = scale·p ⊙ (dp − Σ p ⊙ dp), dq += ds·k, dk += dsᵀ·q.
/// Vaswani et al. 2017, arXiv:1706.03762; tiled with an online softmax as in Dao et al. 2022, arXiv:2205.14135.</remarks>
/// <param name="heads">Query heads (H).</param>
/// <param name="keyValueHeads">Key and value heads (G), a divisor of H.</param>
/// <param name="causal">A query sees its own position and earlier ones only.</param>
/// <param name="window">With <paramref name="causal"/>: only the last this many positions; 0 = all.</param>
public sealed class Attention(int heads, int keyValueHeads, bool causal, int window = 0) : Op
{
    public static IEnumerable<OpExample> Examples =>
    [
        new(_ => new Attention(2, 2, true), [new(2, 5, 24)], Label: "causal"),
        new(_ => new Attention(4, 2, true), [new(2, 7, 40)], Label: "grouped"),
        new(_ => new Attention(3, 1, true, 3), [new(1, 9, 20)], Label: "multi-query, window 3"),
        new(_ => new Attention(2, 2, false), [new(2, 4, 24)], Label: "full"),
        new(_ => new Attention(2, 1, false), [new(2, 3, 8), new(2, 5, 8)], Label: "cross"),
    ];

    public override string Name => "attention";

    public int Heads => heads;

    public int KeyValueHeads => keyValueHeads;

    public bool Causal => causal;

    /// <summary>Positions that a query sees, its own included; 0 = all.</summary>
    public int Window => window;

    /// <summary>Keys and values of earlier positions. With it the op only evaluates: new rows are appended, then all are attended to.</summary>
    public KeyValueCache? Cache { get; set; }

    public override Shape OutputShape(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 2) { ShapeException.RequireInputs(this, inputs, 1); }
        Tensor q = inputs[0];
        int columns = inputs.Length == 1 ? heads + (2 * keyValueHeads) : heads;
        if (heads % keyValueHeads != 0) { throw new ShapeException($"{Name}: {heads} query heads can not share {keyValueHeads} key heads evenly."); }
        if (q.Shape.Rank != 3 || q.Shape.Columns % columns != 0) { throw new ShapeException($"{Name}: {q} must be [B, T, {columns} heads side by side]."); }
        int size = q.Shape.Columns / columns;
        if (inputs.Length == 2)
        {
            Shape kv = inputs[1].Shape;
            if (kv.Rank != 3 || kv[0] != q.Shape[0] || kv[2] != 2 * keyValueHeads * size)
            {
                throw new ShapeException($"{Name}: {q} and {inputs[1]} must agree on the batch, with {2 * keyValueHeads} heads of {size} in a row of keys and values.");
            }
        }
        return q.Shape.WithColumns(heads * size);
    }

    public override int SavedLength(ReadOnlySpan<Tensor> inputs) => inputs[0].Shape.Rows * heads;

    public override void Forward(Backend backend, Node node)
    {
        AttentionShape shape = Sizes(node);
        View q = node.Inputs[0].Data, kv = node.Inputs[^1].Data;
        (int key, int value) = Offsets(node);
        if (Cache is null)
        {
            backend.Attention(q, kv.Slice(key), kv.Slice(value), node.Output.Data, node.Saved, shape);
            return;
        }
        if (node.Output.NeedsGradient) { throw new InvalidOperationException($"{Name}: a key-value cache serves evaluation only; use a tape that does not record."); }
        Cache.Append(backend, kv.Slice(key), kv.Slice(value), shape);
        shape = shape with { Keys = Cache.Length, KeyStride = Cache.Columns, ValueStride = Cache.Columns, KeyBatchStride = Cache.Capacity };
        backend.Attention(q, Cache.Keys, Cache.Values, node.Output.Data, node.Saved, shape);
    }

    public override void Backward(Backend backend, Node node)
    {
        View q = node.Inputs[0].Data, kv = node.Inputs[^1].Data, dq = node.Inputs[0].Grad, dkv = node.Inputs[^1].Grad;
        (int key, int value) = Offsets(node);
        backend.AttentionBackward(q, kv.Slice(key), kv.Slice(value), node.Output.Data, node.Saved, node.Output.Grad,
            dq, dkv.Slice(key), dkv.Slice(value), Sizes(node));
    }

    /// <summary>First float of the keys and of the values in a row.</summary>
    private (int Key, int Value) Offsets(Node node)
    {
        int size = node.Output.Shape.Columns / heads, key = node.Inputs.Length == 1 ? heads * size : 0;
        return (key, key + (keyValueHeads * size));
    }

    private AttentionShape Sizes(Node node)
    {
        Shape q = node.Inputs[0].Shape, kv = node.Inputs[^1].Shape, y = node.Output.Shape;
        int size = y[2] / heads;
        return new AttentionShape(q[0], q[1], kv[1], heads, keyValueHeads, size, q[2], kv[2], kv[2], y[2], kv[1], causal, window, 1f / MathF.Sqrt(size));
    }

    public override double[] Reference(ReadOnlySpan<double[]> inputs, ReadOnlySpan<Shape> shapes)
    {
        bool packed = inputs.Length == 1;
        int batch = shapes[0][0], queries = shapes[0][1], keys = shapes[^1][1], qRow = shapes[0][2], kvRow = shapes[^1][2];
        int size = qRow / (packed ? heads + (2 * keyValueHeads) : heads), key = packed ? heads * size : 0, value = key + (keyValueHeads * size);
        double[] q = inputs[0], kv = inputs[^1], y = new double[batch * queries * heads * size], p = new double[keys];
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < queries; i++)
            {
                int last = causal ? keys - queries + i : keys - 1, first = causal && window > 0 ? Math.Max(0, last - window + 1) : 0;
                for (int h = 0; h < heads; h++)
                {
                    int shared = h / (heads / keyValueHeads) * size, query = (((b * queries) + i) * qRow) + (h * size);
                    double max = double.NegativeInfinity, sum = 0;
                    for (int j = first; j <= last; j++)
                    {
                        p[j] = 0;
                        for (int d = 0; d < size; d++) { p[j] += q[query + d] * kv[(((b * keys) + j) * kvRow) + key + shared + d]; }
                        p[j] /= Math.Sqrt(size);
                        max = Math.Max(max, p[j]);
                    }
                    for (int j = first; j <= last; j++) { sum += p[j] = Math.Exp(p[j] - max); }
                    for (int d = 0; d < size; d++)
                    {
                        double mix = 0;
                        for (int j = first; j <= last; j++) { mix += p[j] / sum * kv[(((b * keys) + j) * kvRow) + value + shared + d]; }
                        y[(((((b * queries) + i) * heads) + h) * size) + d] = mix;
                    }
                }
            }
        }
        return y;
    }
}
