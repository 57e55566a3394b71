using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>One recorded attention: where its numbers lie, and its softmax rows and columns in float64.</summary>
/// <remarks>A query row costs what the kernels pay for it, O(S·D). A key's column needs a sum over every row above it: up to
/// <see cref="Exact"/> keys all rows are computed again; beyond, the recorded logsumexp and Σ dy ⊙ y stand for them.</remarks>
internal sealed class AttentionCall
{
    /// <summary>Keys up to which nothing that the kernels saved is believed.</summary>
    public const int Exact = 128;

    // The kernels make weights below e⁻⁶⁴ exactly 0; this many last places cover them.
    private const double Underflow = 2e-22;

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
        int count = end - first;
        double[] scores = new double[count], scoreSizes = new double[count], p = new double[count], dp = new double[count], dpSizes = new double[count];
        double max = double.NegativeInfinity, sum = 0, delta = 0, deltaSize = 0;
        for (int j = 0; j < count; j++)
        {
            (scores[j], scoreSizes[j]) = Score(batch, head, query, first + j);
            (dp[j], dpSizes[j]) = ProbabilityGradient(batch, head, query, first + j);
            max = Math.Max(max, scores[j]);
        }
        for (int j = 0; j < count; j++) { sum += Math.Exp(scores[j] - max); }
        double logSumExp = max + Math.Log(sum);
        for (int j = 0; j < count; j++)
        {
            p[j] = Math.Exp(scores[j] - max) / sum;
            delta += p[j] * dp[j];
            deltaSize += p[j] * dpSizes[j];
        }
        AttentionCell[] cells = new AttentionCell[count];
        for (int j = 0; j < count; j++) { cells[j] = Cell(head, query, first + j, scores[j], scoreSizes[j], p[j], logSumExp, dp[j], dpSizes[j], delta, deltaSize); }
        return new AttentionRow(first, delta, cells);
    }

    private AttentionCell[] MakeColumn(int batch, int keyHead, int token)
    {
        List<AttentionCell> cells = [];
        for (int head = keyHead * Share; head < (keyHead + 1) * Share; head++)
        {
            for (int query = 0; query < Queries; query++)
            {
                (int first, int end) = KeysOf(query);
                if (token < first || token >= end) { continue; }
                cells.Add(Keys <= Exact ? MakeRow(batch, head, query).Cells[token - first] : Recorded(batch, head, query, token));
            }
        }
        return [.. cells];
    }

    private AttentionCell Recorded(int batch, int head, int query, int token)
    {
        double logSumExp = values.Saved[(((batch * Op.Heads) + head) * Queries) + query], delta = 0, deltaSize = 0;
        int at = OutputAt(batch, query, head);
        for (int d = 0; d < Size; d++)
        {
            double product = (double)values.Output[at + d] * values.OutputGradient[at + d];
            (delta, deltaSize) = (delta + product, deltaSize + Math.Abs(product));
        }
        (double score, double scoreSize) = Score(batch, head, query, token);
        (double dp, double dpSize) = ProbabilityGradient(batch, head, query, token);
        return Cell(head, query, token, score, scoreSize, Math.Exp(score - logSumExp), logSumExp, dp, dpSize, delta, deltaSize);
    }

    private static AttentionCell Cell(int head, int query, int key, double score, double scoreSize, double p, double logSumExp, double dp, double dpSize, double delta, double deltaSize)
    {
        double pSize = (p * (1 + scoreSize + Math.Abs(logSumExp))) + Underflow;
        return new AttentionCell(head, query, key, score, p, dp, delta, p * (dp - delta), pSize, pSize * (dpSize + deltaSize));
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
}

internal enum AttentionPart { Query, Key, Value }

/// <summary>Where an element of the inputs belongs; the head is counted within its part.</summary>
internal readonly record struct AttentionPlace(AttentionPart Part, int Batch, int Token, int Head, int Channel);

/// <summary>A query's softmax row: the keys that it sees from <paramref name="First"/> on, and δ = Σ p ⊙ dp.</summary>
internal sealed record AttentionRow(int First, double Delta, AttentionCell[] Cells);

/// <summary>One query and one key that it sees.</summary>
/// <param name="Head">Query head.</param>
/// <param name="Query">Its token.</param>
/// <param name="Key">The key's token.</param>
/// <param name="Score">q·k/√D.</param>
/// <param name="P">The probability.</param>
/// <param name="Dp">∂L/∂p = dy·v.</param>
/// <param name="Delta">Σ p ⊙ dp of the row.</param>
/// <param name="Ds">∂L/∂score = p·(dp − δ).</param>
/// <param name="PSize">What p's rounding is counted by.</param>
/// <param name="DsSize">What that of ds is counted by.</param>
internal sealed record AttentionCell(int Head, int Query, int Key, double Score, double P, double Dp, double Delta, double Ds, double PSize, double DsSize);
