using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = factor · x scales the gradient by the same factor.</summary>
internal sealed class ScaleExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse("y = c*x");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse("dx = c*dy");

    public override string Symbol(NodeValues values, int input) => "x";

    protected override string Way(NodeValues values, int input) => "scaled";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element) => [new Factor("c", FactorOf(values)), Upstream(values, element)];

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor x = Value(values, 0, element);
        return [.. RuleLines.Sum(Place.At("y", values.OutputShape, element), $"c·{x.Name}", [new Term("", new Factor("c", FactorOf(values)), x)])];
    }

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Scale.cs", "void Backward("), SourceFiles.Method("Kernels/Cpu/ElementwiseKernel.cs", "struct Scale(")];

    private static double FactorOf(NodeValues values) => ((Scale)values.Op).Factor;
}
