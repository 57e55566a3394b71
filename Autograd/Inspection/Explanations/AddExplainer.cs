namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = a + b passes its gradient on to both, unchanged.</summary>
internal sealed class AddExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse("y = a + b");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse($"d{Symbol(values, input)} = dy");

    public override string Symbol(NodeValues values, int input) => input == 0 ? "a" : "b";

    protected override string Way(NodeValues values, int input) => "passed on";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element) => [Upstream(values, element)];

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor a = Value(values, 0, element), b = Value(values, 1, element);
        return [.. RuleLines.Both(Place.At("y", values.OutputShape, element), $"{a.Name} + {b.Name}", $"{NumberText.Of(a.Value)} + {NumberText.Operand(b.Value)}", a.Value + b.Value)];
    }

    /// <summary>A copy; where one tensor is both inputs, it is rounded twice.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 0.5 * values.SameAs(input).Count;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Add.cs", "void Pass("), SourceFiles.Method("Autograd/Ops/Add.cs", "void Backward("), SourceFiles.Method("Kernels/Cpu/ElementwiseKernel.cs", "struct Accumulate(")];
}
