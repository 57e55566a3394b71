using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="LinearCrossEntropy"/>: the push on every logit, carried through the output projection.</summary>
/// <remarks>dx needs all logits of one row, dW one logit of every row. Up to <see cref="Exact"/> products the logsumexp of every row is
/// computed again for dW; beyond, the recorded one stands for it, so that one element costs rows·C instead of rows·V·C.</remarks>
internal sealed class LinearCrossEntropyExplainer : OpExplainer
{
    /// <summary>Terms of dx that are named one by one; the smallest of a larger vocabulary are added up in one more.</summary>
    public const int Named = 1024;

    /// <summary>Products up to which nothing that the kernels saved is believed.</summary>
    private const long Exact = 1 << 24;

    // Rows of W that a thread takes at a time.
    private const int Chunk = 2048;

    private static readonly Formula ForwardFormula = Formula.Parse("L = a * sum(t: log(sum(v: exp(z[t,v]))) - z[t,target]); z = x * W^T");
    private static readonly Formula InputFormula = Formula.Parse("dx[t,c] = sum(v: dz[t,v] * W[v,c]); dz[t,v] = dL * a * (p[t,v] - [v = target]); p = softmax(z)");
    private static readonly Formula WeightFormula = Formula.Parse("dW[v,c] = sum(t: dz[t,v] * x[t,c]); dz[t,v] = dL * a * (p[t,v] - [v = target]); p = softmax(z)");

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => input == 0 ? InputFormula : WeightFormula;

    public override string Symbol(NodeValues values, int input) => input == 0 ? "x" : "W";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape x = values.InputShape(0);
        int columns = x.Columns, at = element / columns, channel = element % columns;
        (double upstream, double weight) = Weight(values);
        IReadOnlyList<Term> terms = Terms(values, input, element);
        if (input == 0)
        {
            LossRow loss = Row(values, at);
            string result = Place.At("dx", x, element);
            if (loss.IsIgnored) { return [new(result, "the target of this row is ignored", 0)]; }
            double p = loss.Probability(loss.Target);
            int counted = CrossEntropyExplainer.Targets(values, Op(values).Targets).Count(target => target != Tokens.Ignored);
            return
            [
                new("a", $"the weight of each of {counted} tokens that count", weight),
                new("logsumexp", $"ln Σ exp(z) of {loss.Logits.Length} logits", loss.LogSumExp),
                new(Place.In("p", x, at, loss.Target), $"of the target: exp({NumberText.Of(loss.Logits[loss.Target])} − {NumberText.Operand(loss.LogSumExp)})", p),
                new(Place.In("dz", x, at, loss.Target), $"dL·a·(p − 1) = {NumberText.Of(upstream)}·{NumberText.Of(weight)}·({NumberText.Of(p)} − 1)", upstream * weight * (p - 1)),
                .. RuleLines.Sum(result, $"Σ dz·W[v,{channel}] over {loss.Logits.Length} v", terms),
            ];
        }
        List<Quantity> lines = [];
        int most = Most(terms);
        if (most >= 0) { lines.Add(new(terms[most].Factors[0].Name, $"dL·a·(p − [v = target]), {terms[most].Label}: the largest", terms[most].Factors[0].Value)); }
        lines.AddRange(RuleLines.Sum($"dW[{at},{channel}]", $"Σ dz·x over {terms.Count} tokens", terms));
        return lines;
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element) =>
        values.Remember(("terms", input, element), () => input == 0 ? InputTerms(values, element) : WeightTerms(values, element));

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.InputShape(0);
        int[] targets = CrossEntropyExplainer.Targets(values, Op(values).Targets);
        ReadOnlySpan<float> losses = values.Saved[..shape.Rows];
        List<Quantity> lines = [];
        double sum = 0;
        int counted = 0;
        for (int row = 0; row < shape.Rows; row++)
        {
            if (targets[row] == Tokens.Ignored) { continue; }
            sum += losses[row];
            if (counted++ >= 3) { continue; }
            LossRow loss = Row(values, row);
            lines.Add(new(Place.AtRow("loss", shape, row), $"logsumexp − z[{loss.Target}] = {NumberText.Of(loss.LogSumExp)} − {NumberText.Operand(loss.Logits[loss.Target])}", loss.Loss));
        }
        double weight = Weight(values).Weight;
        lines.Add(new("L", $"a·Σ loss of {counted} rows = {NumberText.Of(weight)}·{NumberText.Operand(sum)}", weight * sum));
        return lines;
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        int at = element / shape.Columns;
        if (input == 0) { return Row(values, at).Observe(Place.Row(shape, at)); }
        int times = CrossEntropyExplainer.Targets(values, Op(values).Targets).Count(target => target == at);
        return
        [
            times == 0
                ? new("never the target", $"vocabulary {at} is the target of no token: its logit is only pushed down, by its probability")
                : new("target", $"vocabulary {at} is the target of {times} token{(times == 1 ? "" : "s")}: there dz is p − 1, a pull up"),
        ];
    }

    public override string Describe(NodeValues values, int input, int element)
    {
        if (input < 0) { return "the loss"; }
        Shape shape = values.InputShape(0);
        return input == 0
            ? $"{Place.Row(shape, element / shape.Columns)}, channel {element % shape.Columns}"
            : $"vocabulary {element / shape.Columns}, channel {element % shape.Columns}";
    }

    /// <remarks>As in <see cref="CrossEntropyExplainer"/>, summed over what the projection mixes.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        int columns = values.InputShape(0).Columns, at = element / columns, channel = element % columns;
        (double upstream, double weight) = Weight(values);
        double sum = 0;
        if (input == 0)
        {
            LossRow loss = Row(values, at);
            ReadOnlySpan<float> w = values.Input(1);
            for (int v = 0; v < loss.Logits.Length; v++) { sum += loss.Size(v) * Math.Abs(w[(v * columns) + channel]); }
            return Math.Abs(upstream * weight) * sum;
        }
        foreach ((int row, _, double size) in Pushes(values, at)) { sum += size * Math.Abs(values.Input(0)[(row * columns) + channel]); }
        return Math.Abs(upstream * weight) * sum;
    }

    /// <remarks>A chain of V products for dx, of rows for dW.</remarks>
    public override double ToleranceInUlps(NodeValues values, int input) => 6 + (Math.Sqrt(input == 0 ? values.InputShape(1)[0] : values.InputShape(0).Rows) / 16);

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/LinearCrossEntropy.cs", "backend.CrossEntropyBackward(", 3),
        SourceFiles.Method("Kernels/Cpu/CrossEntropyKernel.cs", "readonly struct Backward("),
    ];

    private static Term[] InputTerms(NodeValues values, int element)
    {
        Shape shape = values.InputShape(0);
        int columns = shape.Columns, row = element / columns, channel = element % columns;
        LossRow loss = Row(values, row);
        if (loss.IsIgnored) { return []; }
        (double upstream, double weight) = Weight(values);
        ReadOnlySpan<float> w = values.Input(1);
        int vocabulary = loss.Logits.Length;
        double[] pushes = new double[vocabulary], sizes = new double[vocabulary];
        for (int v = 0; v < vocabulary; v++)
        {
            pushes[v] = upstream * weight * loss.Push(v);
            sizes[v] = -Math.Abs(pushes[v] * w[(v * columns) + channel]);
        }
        int[] shown = [.. Enumerable.Range(0, vocabulary)];
        double rest = 0;
        if (vocabulary > Named)
        {
            Array.Sort(sizes, shown);
            for (int i = Named; i < vocabulary; i++) { rest += pushes[shown[i]] * w[(shown[i] * columns) + channel]; }
            Array.Resize(ref shown, Named);
            Array.Sort(shown);
        }
        List<Term> terms = new(shown.Length + 1);
        foreach (int v in shown)
        {
            terms.Add(new Term($"{(v == loss.Target ? "target, " : "")}vocabulary {v}",
                new Factor(Place.In("dz", shape, row, v), pushes[v]), new Factor($"W[{v},{channel}]", w[(v * columns) + channel])));
        }
        if (vocabulary > Named) { terms.Add(new Term($"the {vocabulary - Named} smallest", new Factor("Σ dz·W", rest))); }
        return [.. terms];
    }

    private static Term[] WeightTerms(NodeValues values, int element)
    {
        Shape shape = values.InputShape(0);
        int columns = shape.Columns, entry = element / columns, channel = element % columns;
        (double upstream, double weight) = Weight(values);
        List<Term> terms = [];
        foreach ((int row, double push, _) in Pushes(values, entry))
        {
            int at = (row * columns) + channel;
            terms.Add(new Term(Place.Row(shape, row), new Factor(Place.In("dz", shape, row, entry), upstream * weight * push), new Factor(Place.At("x", shape, at), values.Input(0)[at])));
        }
        return [.. terms];
    }

    /// <summary>p − 1[target] of one vocabulary entry in every row that counts, and what its rounding is counted by.</summary>
    private static (int Row, double Push, double Size)[] Pushes(NodeValues values, int entry) => values.Remember(("pushes", entry), () =>
    {
        Shape x = values.InputShape(0), w = values.InputShape(1);
        int[] targets = CrossEntropyExplainer.Targets(values, Op(values).Targets);
        double[] logSumExp = LogSumExps(values);
        List<(int, double, double)> pushes = [];
        for (int row = 0; row < x.Rows; row++)
        {
            if (targets[row] == Tokens.Ignored) { continue; }
            double z = Dot(Wide(values, row), values.Input(1).Slice(entry * w[1], w[1]));
            pushes.Add((row, Math.Exp(z - logSumExp[row]) - (targets[row] == entry ? 1 : 0), LossRow.SizeOf(z, logSumExp[row], targets[row] == entry)));
        }
        return pushes.ToArray();
    });

    private static double[] LogSumExps(NodeValues values) => values.Remember("logsumexps", () =>
    {
        int rows = values.InputShape(0).Rows;
        bool isSmall = (long)rows * values.InputShape(1).Length <= Exact;
        double[] all = new double[rows];
        for (int row = 0; row < rows; row++) { all[row] = isSmall ? MakeRow(values, row).LogSumExp : values.Saved[rows + row]; }
        return all;
    });

    private static LossRow Row(NodeValues values, int row) => values.Remember(("loss", row), () => MakeRow(values, row));

    private static LossRow MakeRow(NodeValues values, int row)
    {
        int vocabulary = values.InputShape(1)[0], columns = values.InputShape(1)[1];
        _ = values.Input(1); // read once, before several threads ask for it
        double[] x = Wide(values, row), logits = new double[vocabulary];
        Parallel.For(0, (vocabulary + Chunk - 1) / Chunk, chunk =>
        {
            int end = Math.Min(vocabulary, (chunk + 1) * Chunk);
            for (int v = chunk * Chunk; v < end; v++) { logits[v] = Dot(x, values.Input(1).Slice(v * columns, columns)); }
        });
        return LossRow.Of(logits, CrossEntropyExplainer.Targets(values, Op(values).Targets)[row]);
    }

    /// <summary>A row of x in float64.</summary>
    private static double[] Wide(NodeValues values, int row)
    {
        int columns = values.InputShape(0).Columns;
        double[] wide = new double[columns];
        ReadOnlySpan<float> x = values.Input(0).Slice(row * columns, columns);
        for (int c = 0; c < columns; c++) { wide[c] = x[c]; }
        return wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double[] a, ReadOnlySpan<float> b)
    {
        Vector<double> low = default, high = default;
        ReadOnlySpan<Vector<float>> narrow = MemoryMarshal.Cast<float, Vector<float>>(b);
        ReadOnlySpan<Vector<double>> wide = MemoryMarshal.Cast<double, Vector<double>>(a);
        for (int i = 0; i < narrow.Length; i++)
        {
            Vector.Widen(narrow[i], out Vector<double> first, out Vector<double> second);
            low += first * wide[2 * i];
            high += second * wide[(2 * i) + 1];
        }
        double sum = Vector.Sum(low + high);
        for (int c = narrow.Length * Vector<float>.Count; c < b.Length; c++) { sum += a[c] * b[c]; }
        return sum;
    }

    private static int Most(IReadOnlyList<Term> terms)
    {
        int most = terms.Count == 0 ? -1 : 0;
        for (int i = 1; i < terms.Count; i++) { most = Math.Abs(terms[i].Value) > Math.Abs(terms[most].Value) ? i : most; }
        return most;
    }

    private static LinearCrossEntropy Op(NodeValues values) => (LinearCrossEntropy)values.Op;

    private static (double Upstream, double Weight) Weight(NodeValues values) => (values.OutputGradient[0], Op(values).Targets.LossWeight);
}
