namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>An op whose gradient at an element is one product, of numbers at the same element.</summary>
internal abstract class ElementwiseExplainer : OpExplainer
{
    /// <summary>What the gradient of an element is the product of, ∂L/∂y first.</summary>
    protected abstract IReadOnlyList<Factor> Factors(NodeValues values, int input, int element);

    /// <summary>What happens to ∂L/∂y on its way: "through the slope".</summary>
    protected abstract string Way(NodeValues values, int input);

    /// <summary>Lines before the product: how its factors are made.</summary>
    protected virtual IEnumerable<Quantity> Steps(NodeValues values, int input, int element) => [];

    public sealed override IReadOnlyList<Term> Terms(NodeValues values, int input, int element) =>
        [new Term(Way(values, input), Factors(values, input, element))];

    public sealed override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        IReadOnlyList<Factor> factors = Factors(values, input, element);
        string name = Place.At($"d{Symbol(values, input)}", values.OutputShape, element), symbols = string.Join('·', factors.Select(factor => factor.Name));
        return [.. Steps(values, input, element), .. RuleLines.Sum(name, symbols, [new Term("", factors)])];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element) => Observations.ZeroUpstream(values, element);

    public override string Describe(NodeValues values, int input, int element) => Place.Describe(values.OutputShape, element);

    /// <summary>One rounding, or one fused with the addition to what was there.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 0.5;

    /// <summary>∂L/∂y at an element.</summary>
    protected static Factor Upstream(NodeValues values, int element) =>
        new(Place.At("dy", values.OutputShape, element), values.OutputGradient[element]);

    /// <summary>The value of an input at an element.</summary>
    protected Factor Value(NodeValues values, int input, int element) =>
        new(Place.At(Symbol(values, input), values.OutputShape, element), values.Input(input)[element]);
}
