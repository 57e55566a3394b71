namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = a ⊙ b: each factor gets the gradient times the other.</summary>
internal sealed class MultiplyExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse("y = a .* b");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse(input == 0 ? "da = dy .* b" : "db = dy .* a");

    public override string Symbol(NodeValues values, int input) => input == 0 ? "a" : "b";

    protected override string Way(NodeValues values, int input) => "times the other";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element) =>
        [Upstream(values, element), Value(values, 1 - input, element)];

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor a = Value(values, 0, element), b = Value(values, 1, element);
        return [.. RuleLines.Sum(Place.At("y", values.OutputShape, element), $"{a.Name}·{b.Name}", [new Term("", a, b)])];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        foreach (Observation zero in base.Observe(values, input, element)) { yield return zero; }
        Factor other = Value(values, 1 - input, element);
        if (other.Value == 0)
        {
            yield return new Observation("zero factor", $"{Place.At($"d{Symbol(values, input)}", values.OutputShape, element)} is exactly 0: the other factor {other.Name} is 0", 1 - input, element);
        }
    }

    /// <summary>One fused multiply-add; two where one tensor is both factors.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 0.5 * values.SameAs(input).Count;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Multiply.cs", "void Backward("), SourceFiles.Method("Kernels/Cpu/ElementwiseKernel.cs", "struct MultiplyBackward(")];
}
