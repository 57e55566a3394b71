using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="CrossEntropy"/>: each logit is pushed down by its probability, that of the target up by what it lacks.</summary>
internal sealed class CrossEntropyExplainer : OpExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("L = a * sum(t: log(sum(v: exp(z[t,v]))) - z[t,target])");
    private static readonly Formula BackwardFormula = Formula.Parse("dz[t,v] = dL * a * (p[t,v] - [v = target]); p = softmax(z)");

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => BackwardFormula;

    public override string Symbol(NodeValues values, int input) => "z";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        string result = Place.At("dz", shape, element), at = Place.At("p", shape, element);
        if (loss.IsIgnored) { return [new(result, "the target of this row is ignored", 0)]; }
        (double upstream, double weight) = Weight(values);
        double p = loss.Probability(column), one = column == loss.Target ? 1 : 0;
        return
        [
            new("a", $"the weight of each of {Counted(values)} tokens that count", weight),
            new("logsumexp", $"ln Σ exp(z) of {shape.Columns} logits", loss.LogSumExp),
            new(at, $"exp(z − logsumexp) = exp({NumberText.Of(loss.Logits[column])} − {NumberText.Operand(loss.LogSumExp)})", p),
            new($"[{column} = {loss.Target}]", one == 1 ? "1: this is the target" : "0: this is not the target", one),
            .. RuleLines.Both(result, $"dL·a·({at} − [{column} = {loss.Target}])", $"{NumberText.Of(upstream)}·{NumberText.Of(weight)}·({NumberText.Of(p)} − {NumberText.Of(one)})", upstream * weight * (p - one)),
        ];
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        if (loss.IsIgnored) { return []; }
        (double upstream, double weight) = Weight(values);
        Factor dl = new("dL", upstream), a = new("a", weight);
        Term softmax = new("probability", dl, a, new Factor(Place.At("p", shape, element), loss.Probability(column)));
        return column == loss.Target ? [softmax, new Term("target", dl, a, new Factor("−[v = target]", -1))] : [softmax];
    }

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
            if (counted++ < 3) { lines.Add(new(Place.AtRow("loss", shape, row), $"logsumexp − z[{loss.Target}] = {NumberText.Of(loss.LogSumExp)} − {NumberText.Operand(loss.Logits[loss.Target])}", loss.Loss)); }
        }
        double weight = Weight(values).Weight;
        lines.Add(new("L", $"a·Σ loss of {counted} rows = {NumberText.Of(weight)}·{NumberText.Operand(sum)}", weight * sum));
        return lines;
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        (int row, int column) = Math.DivRem(element, shape.Columns);
        LossRow loss = Row(values, row);
        foreach (Observation remark in loss.Observe(Place.Row(shape, row))) { yield return remark; }
        if (column == loss.Target)
        {
            yield return new("target", $"vocabulary {column} is the target: its logit is pulled up by 1 − p, which is what all others are pushed down by together");
        }
    }

    public override string Describe(NodeValues values, int input, int element)
    {
        if (input < 0) { return "the loss"; }
        Shape shape = values.InputShape(0);
        return $"{Place.Row(shape, element / shape.Columns)}, vocabulary {element % shape.Columns}";
    }

    /// <remarks>p is the exponential of a difference: both sides count.</remarks>
    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        (int row, int column) = Math.DivRem(element, values.InputShape(0).Columns);
        (double upstream, double weight) = Weight(values);
        return Math.Abs(upstream * weight) * Row(values, row).Size(column);
    }

    public override double ToleranceInUlps(NodeValues values, int input) => 4;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/CrossEntropy.cs", "backend.CrossEntropyBackward(", 2),
        SourceFiles.Method("Kernels/Cpu/CrossEntropyKernel.cs", "readonly struct Backward("),
    ];

    private static (double Upstream, double Weight) Weight(NodeValues values) => (values.OutputGradient[0], ((CrossEntropy)values.Op).Targets.LossWeight);

    private static int Counted(NodeValues values) => Targets(values, ((CrossEntropy)values.Op).Targets).Count(target => target != Tokens.Ignored);

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
