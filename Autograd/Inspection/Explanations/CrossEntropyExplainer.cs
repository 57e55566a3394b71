using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="CrossEntropy"/>: each logit is pushed down by its probability, that of the target up by what it lacks.</summary>
public sealed class CrossEntropyExplainer : OpExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("L = a * sum(t: log(sum(v: exp(z[t,v]))) - z[t,target])");
    private static readonly Formula BackwardFormula = Formula.Parse("dz[t,v] = dL * a * (p[t,v] - [v = target]); p = softmax(z)");

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => BackwardFormula;

    public override string Symbol(NodeValues values, int input) => "z";

    /// <inheritdoc/>
    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        string place = Shown.Place(shape, element);
        if (loss.IsIgnored) { return [new($"dz{place}", "the target of this row is ignored", 0)]; }
        (double upstream, double weight) = Weight(values);
        double p = loss.Probability(column), one = column == loss.Target ? 1 : 0;
        return
        [
            new("logsumexp", FormattableString.Invariant($"ln Σ exp(z) of {shape.Columns} logits"), loss.LogSumExp),
            new($"p{place}", $"exp(z − logsumexp) = exp({Shown.Number(loss.Logits[column])} − {Shown.Operand(loss.LogSumExp)})", p),
            new(FormattableString.Invariant($"[{column} = {loss.Target}]"), one == 1 ? "1: this is the target" : "0: this is not the target", one),
            new($"dz{place}", $"dL × a × (p − [v = target]) = {Shown.Number(upstream)} × {Shown.Number(weight)} × ({Shown.Number(p)} − {Shown.Number(one)})", upstream * weight * (p - one)),
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        if (loss.IsIgnored) { return []; }
        (double upstream, double weight) = Weight(values);
        Factor dl = new("dL", upstream), a = new("a", weight);
        Term softmax = new("probability", dl, a, new Factor($"p{Shown.Place(shape, element)}", loss.Probability(column)));
        return column == loss.Target ? [softmax, new Term("target", dl, a, new Factor("−1", -1))] : [softmax];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.InputShape(0);
        List<Quantity> lines = [];
        double sum = 0;
        int counted = 0, columns = shape.Columns;
        for (int row = 0; row < shape.Rows; row++)
        {
            LossRow loss = Row(values, row);
            if (loss.IsIgnored) { continue; }
            sum += loss.Loss;
            if (counted++ < 3) { lines.Add(new(FormattableString.Invariant($"loss{Shown.RowPlace(shape, row)}"), FormattableString.Invariant($"logsumexp − z[{loss.Target}] = {Shown.Number(loss.LogSumExp)} − {Shown.Operand(loss.Logits[loss.Target])}"), loss.Loss)); }
        }
        double weight = Weight(values).Weight;
        lines.Add(new("L", FormattableString.Invariant($"a × Σ loss of {counted} rows = {Shown.Number(weight)} × {Shown.Number(sum)}"), weight * sum));
        return lines;
    }

    /// <inheritdoc/>
    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        foreach (Observation remark in loss.Observe(Sentence(Shown.Row(shape, row)))) { yield return remark; }
        if (column == loss.Target)
        {
            yield return new("target", FormattableString.Invariant($"{column} is the target: its logit is pulled up by 1 − p, which is what all others are pushed down by together."));
        }
    }

    /// <inheritdoc/>
    public override string Describe(NodeValues values, int input, int element)
    {
        if (input < 0) { return "the loss"; }
        Shape shape = values.InputShape(0);
        return FormattableString.Invariant($"{Shown.Row(shape, element / shape.Columns)}, logit {element % shape.Columns}");
    }

    /// <inheritdoc/>
    /// <remarks>p is the exponential of a difference: both sides count.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        (int row, int column) = Math.DivRem(element, values.InputShape(0).Columns);
        (double upstream, double weight) = Weight(values);
        return Math.Abs(upstream * weight) * Row(values, row).Size(column);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Method("Autograd/Ops/CrossEntropy.cs", "void Backward("),
        SourceFiles.Method("Kernels/Cpu/CrossEntropyKernel.cs", "readonly struct Backward("),
    ];

    internal static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static (double Upstream, double Weight) Weight(NodeValues values) => (values.OutputGradient[0], ((CrossEntropy)values.Op).Targets.LossWeight);

    private static LossRow Row(NodeValues values, int row) => values.Remember(("loss", row), () =>
    {
        int columns = values.InputShape(0).Columns;
        double[] logits = new double[columns];
        for (int v = 0; v < columns; v++) { logits[v] = values.Input(0)[(row * columns) + v]; }
        return LossRow.Of(logits, Targets(values, ((CrossEntropy)values.Op).Targets)[row]);
    });

    /// <summary>The ids as the op reads them.</summary>
    internal static int[] Targets(NodeValues values, Tokens targets) => values.Remember("targets", targets.ToArray);
}
