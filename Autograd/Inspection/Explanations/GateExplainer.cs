namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = f(gate) ⊙ up: the gate gets the gradient times up and slope, the other the gradient times the opened gate.</summary>
internal sealed class GateExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse($"y = f(gate) .* up; {Function(values).Forward}");

    public override Formula Backward(NodeValues values, int input) =>
        Formula.Parse(input == 0 ? $"dgate = dy .* up .* f'(gate); {Function(values).Backward}" : $"dup = dy .* f(gate); {Function(values).Forward}");

    public override string Symbol(NodeValues values, int input) => input == 0 ? "gate" : "up";

    protected override string Way(NodeValues values, int input) => input == 0 ? "through the slope" : "through the gate";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element)
    {
        Factor gate = Value(values, 0, element);
        return input == 0
            ? [Upstream(values, element), Value(values, 1, element), new Factor($"f′({gate.Name})", Function(values).SlopeAt(gate.Value))]
            : [Upstream(values, element), new Factor($"f({gate.Name})", Function(values).ValueAt(gate.Value))];
    }

    protected override IEnumerable<Quantity> Steps(NodeValues values, int input, int element)
    {
        Factor gate = Value(values, 0, element);
        FunctionText function = Function(values);
        yield return new Quantity("x", gate.Name, gate.Value);
        foreach (Quantity line in input == 0 ? function.SlopeLines(gate.Name, gate.Value) : function.ValueLines(gate.Name, gate.Value)) { yield return line; }
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor gate = Value(values, 0, element), up = Value(values, 1, element), opened = new($"f({gate.Name})", Function(values).ValueAt(gate.Value));
        return [.. Steps(values, 1, element), .. RuleLines.Sum(Place.At("y", values.OutputShape, element), $"{opened.Name}·{up.Name}", [new Term("", opened, up)])];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        foreach (Observation zero in base.Observe(values, input, element)) { yield return zero; }
        Factor gate = Value(values, 0, element), up = Value(values, 1, element);
        if (input == 0)
        {
            foreach (Observation flat in Observations.Flat(values, Function(values), 0, "gate", element)) { yield return flat; }
            if (up.Value == 0) { yield return new Observation("zero factor", $"{Place.At("dgate", values.OutputShape, element)} is exactly 0: {up.Name} is 0", 1, element); }
        }
        else if (Math.Abs(Function(values).ValueAt(gate.Value)) < 0.01)
        {
            yield return new Observation("closed gate", $"the gate is all but closed: f({gate.Name}) = {NumberText.Of(Function(values).ValueAt(gate.Value))} at {gate.Name} = {NumberText.Of(gate.Value)}", 0, element);
        }
    }

    public override double Magnitude(NodeValues values, int input, int element, IReadOnlyList<Term> terms)
    {
        double gate = values.Input(0)[element], dy = values.OutputGradient[element];
        FunctionText function = Function(values);
        return Math.Abs(dy) * (input == 0 ? Math.Abs(values.Input(1)[element]) * function.SlopeMagnitude(gate) : function.ValueMagnitude(gate));
    }

    /// <summary>The float32 function and its slope are a few last places from the float64 ones; one more product is rounded.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => Function(values).Ulps + 1;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Method("Autograd/Ops/Gate.cs", "void Backward("),
        SourceFiles.Method("Kernels/Cpu/GateKernel.cs", "struct Backward("),
        SourceFiles.Method(Function(values).Path, input == 0 ? "TVector D<" : "TVector F<"),
    ];

    private static FunctionText Function(NodeValues values) => FunctionTexts.For(values.Op.GetType());
}
