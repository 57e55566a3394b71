namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = f(x): the gradient times the slope.</summary>
internal sealed class MapExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse($"y = f(x); {Function(values).Forward}");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse($"dx = dy .* f'(x); {Function(values).Backward}");

    public override string Symbol(NodeValues values, int input) => "x";

    protected override string Way(NodeValues values, int input) => "through the slope";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element)
    {
        Factor x = Value(values, 0, element);
        return [Upstream(values, element), new Factor($"f′({x.Name})", Function(values).SlopeAt(x.Value))];
    }

    protected override IEnumerable<Quantity> Steps(NodeValues values, int input, int element)
    {
        Factor x = Value(values, 0, element);
        return Function(values).SlopeLines(x.Name, x.Value);
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor x = Value(values, 0, element);
        FunctionText function = Function(values);
        return [.. function.ValueLines(x.Name, x.Value), new Quantity(Place.At("y", values.OutputShape, element), $"f({x.Name})", function.ValueAt(x.Value))];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element) =>
        [.. base.Observe(values, input, element), .. Observations.Flat(values, Function(values), 0, "x", element)];

    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms) =>
        Math.Abs(values.OutputGradient[element]) * Function(values).SlopeMagnitude(values.Input(0)[element]);

    /// <summary>The float32 slope is a few last places from the float64 one.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => Function(values).Ulps;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Method("Autograd/Ops/Map.cs", "void Backward("),
        SourceFiles.Method(Function(values).Path, "TVector D<"),
        SourceFiles.Method("Kernels/Cpu/MapKernel.cs", "struct Backward("),
    ];

    private static FunctionText Function(NodeValues values) => FunctionTexts.For(values.Op.GetType());
}
