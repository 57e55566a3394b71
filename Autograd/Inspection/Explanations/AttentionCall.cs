using System.Runtime.CompilerServices;
using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>One recorded attention: where its numbers lie, and its softmax rows and columns in float64.</summary>
/// <remarks>A query's row costs O(S·D). A key's column needs two sums of every row that sees it: up to <see cref="Exact"/> keys they
/// are computed again, once for a head; beyond, the recorded logsumexp and Σ dy ⊙ y stand for them, so that a column costs O(T·D) too.</remarks>
internal sealed class AttentionCall
{
    /// <summary>Keys up to which nothing that the kernels saved is believed.</summary>
    public const int Exact = 256;

    // The kernels make weights below e⁻⁶⁴ exactly 0; this many last places cover them.
    private const double Underflow = 2e-21;

    private readonly NodeValues values;
    private readonly int queryColumns, keyColumns, key, value;

    public AttentionCall(NodeValues values)
    {
        this.values = values;
        Op = (Attention)values.Op;
        IsPacked = values.InputCount == 1;
        (Shape q, Shape kv, Shape y) = (values.InputShape(0), values.InputShape(values.InputCount - 1), values.OutputShape);
        (Batch, Queries, Keys, queryColumns, keyColumns) = (q[0], q[1], kv[1], q[2], kv[2]);
        Size = y[2] / Op.Heads;
        key = IsPacked ? Op.Heads * Size : 0;
        value = key + (Op.KeyValueHeads * Size);
    }

    public Attention Op { get; }

    /// <summary>Queries, keys and values side by side in one tensor.</summary>
    public bool IsPacked { get; }

    public int Batch { get; }

    public int Queries { get; }

    public int Keys { get; }

    /// <summary>Channels of a head (D).</summary>
    public int Size { get; }

    /// <summary>Query heads that read the same key and value head.</summary>
    public int Share => Op.Heads / Op.KeyValueHeads;

    public double Scale => 1 / Math.Sqrt(Size);

    /// <summary>The call of a node.</summary>
    public static AttentionCall Of(NodeValues values) => values.Remember("call", () => new AttentionCall(values));

    /// <summary>What an element of an input is: of which sequence, token, part, head (of its part) and channel.</summary>
    public AttentionPlace Locate(int input, int element)
    {
        int columns = input == 0 ? queryColumns : keyColumns, tokens = input == 0 ? Queries : Keys, row = element / columns, column = element % columns;
        AttentionPart part = input == 0 && (!IsPacked || column < key) ? AttentionPart.Query : column < value ? AttentionPart.Key : AttentionPart.Value;
        int start = part switch { AttentionPart.Query => 0, AttentionPart.Key => key, _ => value };
        return new AttentionPlace(part, row / tokens, row % tokens, (column - start) / Size, (column - start) % Size);
    }

    public int QueryAt(int batch, int query, int head) => (((batch * Queries) + query) * queryColumns) + (head * Size);

    public int KeyAt(int batch, int token, int head) => (((batch * Keys) + token) * keyColumns) + key + (head * Size);

    public int ValueAt(int batch, int token, int head) => (((batch * Keys) + token) * keyColumns) + value + (head * Size);

    public int OutputAt(int batch, int query, int head) => (((((batch * Queries) + query) * Op.Heads) + head) * Size);

    public ReadOnlySpan<float> Q => values.Input(0);

    public ReadOnlySpan<float> KeysAndValues => values.Input(values.InputCount - 1);

    /// <summary>The keys [First, End) that a query sees.</summary>
    public (int First, int End) KeysOf(int query)
    {
        int end = Op.Causal ? Math.Max(0, Keys - Queries + query + 1) : Keys;
        return (Op.Causal && Op.Window > 0 ? Math.Max(0, end - Op.Window) : 0, end);
    }

    /// <summary>The softmax row of a query.</summary>
    public AttentionRow Row(int batch, int head, int query) => values.Remember(("row", batch, head, query), () => MakeRow(batch, head, query));

    /// <summary>What the queries of all heads that read a key make of it, in the order of heads, then queries.</summary>
    public AttentionCell[] Column(int batch, int keyHead, int token) => values.Remember(("column", batch, keyHead, token), () => MakeColumn(batch, keyHead, token));

    private AttentionRow MakeRow(int batch, int head, int query)
    {
        (int first, int end) = KeysOf(query);
        RowSums sums = Sums(batch, head, query);
        AttentionCell[] cells = new AttentionCell[end - first];
        for (int j = 0; j < cells.Length; j++) { cells[j] = Cell(batch, head, query, first + j, sums); }
        return new AttentionRow(first, sums.Delta, cells);
    }

    private AttentionCell[] MakeColumn(int batch, int keyHead, int token)
    {
        List<AttentionCell> cells = [];
        for (int head = keyHead * Share; head < (keyHead + 1) * Share; head++)
        {
            RowSums[]? sums = Keys <= Exact ? HeadSums(batch, head) : null;
            for (int query = 0; query < Queries; query++)
            {
                (int first, int end) = KeysOf(query);
                if (token >= first && token < end) { cells.Add(Cell(batch, head, query, token, sums is null ? RecordedSums(batch, head, query) : sums[query])); }
            }
        }
        return [.. cells];
    }

    private RowSums[] HeadSums(int batch, int head) => values.Remember(("sums", batch, head), () => Enumerable.Range(0, Queries).Select(query => Sums(batch, head, query)).ToArray());

    /// <summary>logsumexp and δ of a row, computed again.</summary>
    private RowSums Sums(int batch, int head, int query)
    {
        (int first, int end) = KeysOf(query);
        double[] scores = new double[end - first];
        double max = double.NegativeInfinity, sum = 0, delta = 0, deltaSize = 0;
        for (int j = 0; j < scores.Length; j++)
        {
            scores[j] = Score(batch, head, query, first + j).Sum;
            max = Math.Max(max, scores[j]);
        }
        for (int j = 0; j < scores.Length; j++)
        {
            double weight = Math.Exp(scores[j] - max);
            (double dp, double dpSize) = ProbabilityGradient(batch, head, query, first + j);
            (sum, delta, deltaSize) = (sum + weight, delta + (weight * dp), deltaSize + (weight * dpSize));
        }
        return new RowSums(max + Math.Log(sum), delta / sum, deltaSize / sum);
    }

    /// <summary>The same as the kernels kept it: δ is Σ dy ⊙ y.</summary>
    private RowSums RecordedSums(int batch, int head, int query)
    {
        int at = OutputAt(batch, query, head);
        (double delta, double deltaSize) = Dot(values.Output.Slice(at, Size), values.OutputGradient.Slice(at, Size));
        return new RowSums(values.Saved[(((batch * Op.Heads) + head) * Queries) + query], delta, deltaSize);
    }

    private AttentionCell Cell(int batch, int head, int query, int key, RowSums row)
    {
        (double score, double scoreSize) = Score(batch, head, query, key);
        (double dp, double dpSize) = ProbabilityGradient(batch, head, query, key);
        double p = Math.Exp(score - row.LogSumExp), pSize = (p * (1 + scoreSize + Math.Abs(row.LogSumExp))) + Underflow;
        return new AttentionCell(head, query, key, score, p, dp, row.Delta, p * (dp - row.Delta), pSize, pSize * (dpSize + row.DeltaSize));
    }

    /// <summary>q·k/√D, and the same of the magnitudes.</summary>
    private (double Sum, double Size) Score(int batch, int head, int query, int token)
    {
        (double sum, double size) = Dot(Q.Slice(QueryAt(batch, query, head), Size), KeysAndValues.Slice(KeyAt(batch, token, head / Share), Size));
        return (sum * Scale, size * Scale);
    }

    /// <summary>dp = dy·v, and the same of the magnitudes.</summary>
    private (double Sum, double Size) ProbabilityGradient(int batch, int head, int query, int token) =>
        Dot(values.OutputGradient.Slice(OutputAt(batch, query, head), Size), KeysAndValues.Slice(ValueAt(batch, token, head / Share), Size));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Size) Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0, size = 0;
        for (int d = 0; d < a.Length; d++)
        {
            double product = (double)a[d] * b[d];
            sum += product;
            size += Math.Abs(product);
        }
        return (sum, size);
    }

    /// <summary>What a row's softmax and its gradient are measured by.</summary>
    private readonly record struct RowSums(double LogSumExp, double Delta, double DeltaSize);
}
