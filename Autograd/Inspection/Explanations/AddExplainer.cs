namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = a + b passes its gradient on to both, unchanged.</summary>
internal sealed class AddExplainer : OpExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse("y = a + b");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse($"d{Symbol(values, input)} = dy");

    public override string Symbol(NodeValues values, int input) => input == 0 ? "a" : "b";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element) =>
        [.. RuleLines.Sum(Place.At($"d{Symbol(values, input)}", values.OutputShape, element), Place.At("dy", values.OutputShape, element), Terms(values, input, element))];

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element) =>
        [new Term("passed on", new Factor(Place.At("dy", values.OutputShape, element), values.OutputGradient[element]))];

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.OutputShape;
        double a = values.Input(0)[element], b = values.Input(1)[element];
        return [.. RuleLines.Both(Place.At("y", shape, element), $"{Place.At("a", shape, element)} + {Place.At("b", shape, element)}", $"{NumberText.Of(a)} + {NumberText.Operand(b)}", a + b)];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element) => Observations.ZeroUpstream(values, element);

    public override string Describe(NodeValues values, int input, int element) => Place.Describe(values.OutputShape, element);

    /// <summary>A copy: exact.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 0;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Add.cs", "void Backward("), SourceFiles.Method("Autograd/Ops/Add.cs", "void Pass("), SourceFiles.Method("Kernels/Cpu/ElementwiseKernel.cs", "struct Accumulate(")];
}
