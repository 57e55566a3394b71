using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Autograd.Ops;

namespace PureLlm.Engine.Inspection.Lenses;

/// <summary>The probabilities of one attention head, which the fused kernel never stores, in float64 from its queries and keys.</summary>
/// <param name="Queries">Rows (T).</param>
/// <param name="Keys">Columns (S).</param>
/// <param name="Probabilities">softmax(q·kᵀ/√D) [T, S]; exactly 0 where a key is masked.</param>
/// <param name="Gradient">∂L/∂p = dy·vᵀ [T, S]; 0 where a key is masked.</param>
/// <param name="Entropy">−Σ p·ln p of each row, in nats: 0 where one key has all, ln S where all are alike.</param>
internal sealed record AttentionMap(int Queries, int Keys, double[] Probabilities, double[] Gradient, double[] Entropy)
{
    /// <param name="values">A node of <see cref="Attention"/>.</param>
    /// <param name="sequence">Which sequence of the batch.</param>
    /// <param name="head">Which query head.</param>
    public static AttentionMap Of(NodeValues values, int sequence, int head)
    {
        var op = (Attention)values.Op;
        int last = values.InputCount - 1, queries = values.InputShape(0)[1], keys = values.InputShape(last)[1];
        int size = values.OutputShape.Columns / op.Heads, shared = head / (op.Heads / op.KeyValueHeads) * size;
        int key = (values.InputCount == 1 ? op.Heads * size : 0) + shared, value = key + (op.KeyValueHeads * size);
        Rows q = new(values.InputShape(0).Columns, (sequence * queries), head * size, size), k = new(values.InputShape(last).Columns, sequence * keys, key, size);
        Rows v = k with { Start = value }, dy = new(op.Heads * size, sequence * queries, head * size, size);
        ReadOnlySpan<float> query = values.Input(0), memory = values.Input(last), upstream = values.Node.Output.NeedsGradient ? values.OutputGradient : [];

        double[] p = new double[queries * keys], dp = new double[queries * keys], entropy = new double[queries];
        for (int i = 0; i < queries; i++)
        {
            int end = op.Causal ? keys - queries + i : keys - 1, start = op.Causal && op.Window > 0 ? Math.Max(0, end - op.Window + 1) : 0;
            Span<double> row = p.AsSpan(i * keys, keys);
            double largest = double.NegativeInfinity, sum = 0;
            for (int j = start; j <= end; j++)
            {
                row[j] = Dot(q.Of(query, i), k.Of(memory, j)) / Math.Sqrt(size);
                largest = Math.Max(largest, row[j]);
                if (!upstream.IsEmpty) { dp[(i * keys) + j] = Dot(dy.Of(upstream, i), v.Of(memory, j)); }
            }
            for (int j = start; j <= end; j++) { sum += row[j] = Math.Exp(row[j] - largest); }
            for (int j = start; j <= end; j++)
            {
                row[j] /= sum;
                if (row[j] > 0) { entropy[i] -= row[j] * Math.Log(row[j]); }
            }
        }
        return new AttentionMap(queries, keys, p, dp, entropy);
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) { sum += (double)a[i] * b[i]; }
        return sum;
    }

    /// <summary>A head's part of the rows of a packed matrix.</summary>
    private readonly record struct Rows(int Stride, int First, int Start, int Size)
    {
        public ReadOnlySpan<float> Of(ReadOnlySpan<float> matrix, int row) => matrix.Slice(((First + row) * Stride) + Start, Size);
    }
}
