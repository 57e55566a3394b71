using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = x·mask/(1 − rate): what was dropped forward gets no gradient.</summary>
internal sealed class DropoutExplainer : ElementwiseExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse("y = x .* mask/(1 - rate); mask_i = [u_i >= rate]");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse("dx = dy .* mask/(1 - rate)");

    public override string Symbol(NodeValues values, int input) => "x";

    protected override string Way(NodeValues values, int input) => "through the mask";

    protected override IReadOnlyList<Factor> Factors(NodeValues values, int input, int element) => [Upstream(values, element), .. Mask(values, element)];

    protected override IEnumerable<Quantity> Steps(NodeValues values, int input, int element) => MaskSteps(values, element);

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Factor[] factors = [Value(values, 0, element), .. Mask(values, element)];
        return [.. MaskSteps(values, element), .. RuleLines.Sum(Place.At("y", values.OutputShape, element), string.Join('·', factors.Select(factor => factor.Name)), [new Term("", factors)])];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        foreach (Observation zero in base.Observe(values, input, element)) { yield return zero; }
        if (!IsKept(values, element))
        {
            yield return new Observation("dropped", $"{Place.At("dx", values.OutputShape, element)} is exactly 0: dropout dropped this element in this step ({NumberText.Of(100 * Rate(values))} % of all)");
        }
    }

    /// <summary>1 − rate, its reciprocal and the product are each rounded.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 2;

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Dropout.cs", "void Backward("), SourceFiles.Method("Kernels/Cpu/DropoutKernel.cs", "TVector Apply<"), SourceFiles.Method("Kernels/Cpu/DropoutKernel.cs", "struct Backward(")];

    private static double Rate(NodeValues values) => ((Dropout)values.Op).Rate;

    /// <summary>Whether the element was kept, as recorded; where x is 0 and the output cannot tell, as drawn.</summary>
    private static bool IsKept(NodeValues values, int element) => values.Input(0)[element] != 0 ? values.Output[element] != 0 : Draw(values, element) >= Rate(values);

    private static float Draw(NodeValues values, int element) => CounterRandom.Uniform(((Dropout)values.Op).Stream, (ulong)element);

    private static Factor[] Mask(NodeValues values, int element) =>
        [new Factor(Place.At("mask", values.OutputShape, element), IsKept(values, element) ? 1 : 0), new Factor("1/(1 − rate)", 1 / (1 - Rate(values)))];

    private static IEnumerable<Quantity> MaskSteps(NodeValues values, int element)
    {
        string u = Place.At("u", values.OutputShape, element);
        double rate = Rate(values);
        yield return new Quantity("1/(1 − rate)", $"1/(1 − {NumberText.Of(rate)})", 1 / (1 - rate));
        yield return new Quantity(Place.At("mask", values.OutputShape, element), $"[{u} ≥ rate] = [{NumberText.Of(Draw(values, element))} ≥ {NumberText.Of(rate)}]", IsKept(values, element) ? 1 : 0);
    }
}
