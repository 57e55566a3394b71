using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="Attention"/>: which tokens a query looked at, and what each of them gives back.</summary>
internal sealed partial class AttentionExplainer : OpExplainer
{
    private const string Scores = "ds = p .* (dp - delta); dp = dy * v^T; delta = sum(j: p .* dp)";

    private static readonly Formula PackedForward = Formula.Parse("y = p * v; p = softmax(q * k^T / sqrt(D)); qkv = join(q, k, v)");
    private static readonly Formula CrossForward = Formula.Parse("y = p * v; p = softmax(q * k^T / sqrt(D)); kv = join(k, v)");
    private static readonly Formula PackedFormula = Formula.Parse($"dqkv = join(dq, dk, dv); dq = ds * k / sqrt(D); dk = ds^T * q / sqrt(D); dv = p^T * dy; {Scores}");
    private static readonly Formula QueryFormula = Formula.Parse($"dq = ds * k / sqrt(D); {Scores}");
    private static readonly Formula KeyFormula = Formula.Parse($"dkv = join(dk, dv); dk = ds^T * q / sqrt(D); dv = p^T * dy; {Scores}");

    private static readonly Formula QueryRule = Formula.Parse($"dq[i,c] = sum(j: ds[i,j] * k[j,c]) / sqrt(D); {Scores}");
    private static readonly Formula KeyRule = Formula.Parse($"dk[j,c] = sum(i: ds[i,j] * q[i,c]) / sqrt(D); {Scores}");
    private static readonly Formula ValueRule = Formula.Parse("dv[j,c] = sum(i: p[i,j] * dy[i,c])");

    public override Formula Forward(NodeValues values) => values.InputCount == 1 ? PackedForward : CrossForward;

    public override Formula Backward(NodeValues values, int input) => values.InputCount == 1 ? PackedFormula : input == 0 ? QueryFormula : KeyFormula;

    public override Formula Backward(NodeValues values, int input, int element) => AttentionCall.Of(values).Locate(input, element).Part switch
    {
        AttentionPart.Query => QueryRule,
        AttentionPart.Key => KeyRule,
        _ => ValueRule,
    };

    public override string Symbol(NodeValues values, int input) => values.InputCount == 1 ? "qkv" : input == 0 ? "q" : "kv";

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        AttentionPlace place = call.Locate(input, element);
        Factor scale = new("1/√D", call.Scale);
        AttentionCell[] cells = Cells(call, place);
        Term[] terms = new Term[cells.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            AttentionCell cell = cells[i];
            Factor other = Other(values, call, place, cell);
            string label = Label(call, place, cell);
            terms[i] = place.Part == AttentionPart.Value
                ? new Term(label, new Factor(Pair("p", call, place, cell), cell.P), other)
                : new Term(label, new Factor(Pair("ds", call, place, cell), cell.Ds), other, scale);
        }
        return terms;
    }

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        AttentionPlace place = call.Locate(input, element);
        AttentionCell[] cells = Cells(call, place);
        string result = $"d{Letter(place)}[{place.Token},{place.Channel}]";
        if (cells.Length == 0) { return [new(result, "no query sees this token", 0)]; }
        IReadOnlyList<Term> terms = Terms(values, input, element);
        bool isValue = place.Part == AttentionPart.Value;
        int most = 0;
        for (int i = 1; i < cells.Length; i++) { most = Math.Abs(terms[i].Value) > Math.Abs(terms[most].Value) ? i : most; }
        AttentionCell cell = cells[most];
        List<Quantity> lines = [.. Probability(call, place, cell)];
        if (!isValue)
        {
            lines.Add(new(Pair("dp", call, place, cell), $"dy[{cell.Query}]·v[{cell.Key}]", cell.Dp));
            lines.Add(new($"δ[{cell.Query}]", $"Σ p ⊙ dp of the {Count(call, cell)} that token {cell.Query} sees", cell.Delta));
            lines.Add(new(Pair("ds", call, place, cell), $"p·(dp − δ) = {NumberText.Operand(cell.P)}·({NumberText.Of(cell.Dp)} − {NumberText.Operand(cell.Delta)})", cell.Ds));
        }
        string product = isValue ? "Σ p·dy" : place.Part == AttentionPart.Query ? "Σ ds·k/√D" : "Σ ds·q/√D";
        string over = cells.Length == 1 ? Label(call, place, cell) : $"{cells.Length} {(place.Part != AttentionPart.Query && call.Share > 1 ? "queries of all heads" : "tokens")}";
        lines.AddRange(RuleLines.Sum(result, $"{product} over {over}", terms));
        return lines;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        AttentionCall call = AttentionCall.Of(values);
        int channel = element % call.Size, head = element / call.Size % call.Op.Heads, row = element / call.Size / call.Op.Heads, query = row % call.Queries, batch = row / call.Queries;
        AttentionCell[] cells = call.Row(batch, head, query).Cells;
        string result = $"y[{query},{channel}]";
        if (cells.Length == 0) { return [new(result, "sees no key", 0)]; }
        AttentionCell cell = cells.MaxBy(each => each.P)!;
        ReadOnlySpan<float> kv = call.KeysAndValues;
        Term[] terms = new Term[cells.Length];
        for (int i = 0; i < terms.Length; i++) { terms[i] = new Term("", new Factor("p", cells[i].P), new Factor("v", kv[call.ValueAt(batch, cells[i].Key, head / call.Share) + channel])); }
        AttentionPlace place = new(AttentionPart.Query, batch, query, head, channel);
        return
        [
            .. Probability(call, place, cell),
            new($"v[{cell.Key},{channel}]", "the value looked at most", kv[call.ValueAt(batch, cell.Key, head / call.Share) + channel]),
            .. RuleLines.Sum(result, $"Σ p·v over {Count(call, cell)}", terms),
        ];
    }

    /// <remarks>dp − δ is a difference, and p an exponential of one: their parts count.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        AttentionCall call = AttentionCall.Of(values);
        AttentionPlace place = call.Locate(input, element);
        AttentionCell[] cells = Cells(call, place);
        double sum = 0;
        foreach (AttentionCell cell in cells)
        {
            double other = Math.Abs(Other(values, call, place, cell).Value);
            sum += place.Part == AttentionPart.Value ? cell.PSize * other : cell.DsSize * other * call.Scale;
        }
        return sum;
    }

    public override double ToleranceInUlps(NodeValues values, int input) => 4;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/Attention.cs", "backend.AttentionBackward(", 2),
        SourceFiles.Method("Kernels/Cpu/AttentionKernel.Softmax.cs", "void SoftmaxGradient<"),
        .. input == 0 ? [SourceFiles.Lines("Kernels/Cpu/AttentionKernel.Backward.cs", "AttentionTiles.Multiply<TWidth, TVector>(ds + first", 2)] : Array.Empty<SourcePlace>(),
        .. input == values.InputCount - 1 ? [SourceFiles.Method("Kernels/Cpu/AttentionKernel.Backward.cs", "void KeyGradients<")] : Array.Empty<SourcePlace>(),
    ];

    private static AttentionCell[] Cells(AttentionCall call, AttentionPlace place) =>
        place.Part == AttentionPart.Query ? call.Row(place.Batch, place.Head, place.Token).Cells : call.Column(place.Batch, place.Head, place.Token);

    /// <summary>The other factor of a cell's term: k for a query, q for a key, dy for a value.</summary>
    private static Factor Other(NodeValues values, AttentionCall call, AttentionPlace place, AttentionCell cell)
    {
        switch (place.Part)
        {
            case AttentionPart.Query:
                int key = call.KeyAt(place.Batch, cell.Key, place.Head / call.Share) + place.Channel;
                return new($"k[{cell.Key},{place.Channel}]", call.KeysAndValues[key], values.InputCount - 1, key);
            case AttentionPart.Key:
                int query = call.QueryAt(place.Batch, cell.Query, cell.Head) + place.Channel;
                return new($"q[{cell.Query},{place.Channel}]", call.Q[query], 0, query);
            default:
                int output = call.OutputAt(place.Batch, cell.Query, cell.Head) + place.Channel;
                return new($"dy[{cell.Query},{place.Channel}]", values.OutputGradient[output], Observation.Upstream, output);
        }
    }

    /// <summary>The score and the probability of a pair.</summary>
    private static IEnumerable<Quantity> Probability(AttentionCall call, AttentionPlace place, AttentionCell cell) =>
    [
        new(Pair("s", call, place, cell), $"q[{cell.Query}]·k[{cell.Key}]/√{call.Size}", cell.Score),
        new(Pair("p", call, place, cell), $"exp(s) / Σ exp(s) of the {Count(call, cell)} that token {cell.Query} sees", cell.P),
    ];

    private static string Count(AttentionCall call, AttentionCell cell)
    {
        (int first, int end) = call.KeysOf(cell.Query);
        return end - first == 1 ? "one token" : $"{end - first} tokens";
    }

    /// <summary>p[7,3], or with the query head where several heads add up: p[1,7,3].</summary>
    private static string Pair(string symbol, AttentionCall call, AttentionPlace place, AttentionCell cell) => place.Part != AttentionPart.Query && call.Share > 1
        ? $"{symbol}[{cell.Head},{cell.Query},{cell.Key}]"
        : $"{symbol}[{cell.Query},{cell.Key}]";

    private static string Label(AttentionCall call, AttentionPlace place, AttentionCell cell) => place.Part == AttentionPart.Query
        ? $"token {cell.Key}"
        : call.Share > 1 ? $"head {cell.Head}, token {cell.Query}" : $"token {cell.Query}";

    private static char Letter(AttentionPlace place) => place.Part switch { AttentionPart.Query => 'q', AttentionPart.Key => 'k', _ => 'v' };
}
