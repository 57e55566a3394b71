using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="HeadNorm"/>: each query and key head divided by its root mean square, value heads left alone.</summary>
internal sealed class HeadNormExplainer : NormExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("y[h] = x[h] * r[h] * w[h]; r[h] = 1 / sqrt(mean(x[h]^2) + epsilon); w[h] = \"wq or wk\"");
    private static readonly Formula InputFormula = Formula.Parse("dx[h] = r[h] * (dn[h] - n[h] * mean(dn[h] .* n[h])); n = x * r; dn = dy .* w");
    private static readonly Formula PassedRule = Formula.Parse("dx = dy");
    private static readonly Formula QueryFormula = Formula.Parse("dwq[c] = sum(t,h: dy[t,h,c] * n[t,h,c]); n = x * r");
    private static readonly Formula KeyFormula = Formula.Parse("dwk[c] = sum(t,h: dy[t,h,c] * n[t,h,c]); n = x * r");

    protected override bool IsCentered => false;

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => input switch { 0 => InputFormula, 1 => QueryFormula, _ => KeyFormula };

    public override Formula Backward(NodeValues values, int input, int element) => input == 0 && GroupOf(values, element).Weight < 0 ? PassedRule : Backward(values, input);

    public override string Symbol(NodeValues values, int input) => input switch { 0 => "x", 1 => "wq", _ => "wk" };

    public override string Describe(NodeValues values, int input, int element)
    {
        if (input > 0) { return $"channel {element} of every {(input == 1 ? "query" : "key")} head"; }
        int size = values.InputShape(1)[0];
        return $"{GroupOf(values, element).Label}, channel {element % size}";
    }

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/HeadNorm.cs", "backend.HeadNormBackward("),
        input == 0 ? SourceFiles.Lines("Kernels/Cpu/RmsNormKernel.cs", "g = TWidth.NegateMultiplyAdd(n", 2) : SourceFiles.Lines("Kernels/Cpu/RmsNormKernel.cs", "TWidth.MultiplyAdd(d, n"),
        SourceFiles.Method("Kernels/Cpu/HeadNormKernel.cs", "readonly struct Backward("),
    ];

    protected override double Epsilon(NodeValues values) => ((HeadNorm)values.Op).Epsilon;

    protected override string Groups => "heads of all tokens";

    protected override NormGroup GroupOf(NodeValues values, int element) => Head(values, element / values.InputShape(1)[0]);

    protected override IReadOnlyList<NormGroup> GroupsOf(NodeValues values, int input) => values.Remember(("heads", input), () =>
    {
        int groups = values.InputShape(0).Length / values.InputShape(1)[0];
        return Enumerable.Range(0, groups).Select(group => Head(values, group)).Where(head => head.Weight == input).ToArray();
    });

    private static NormGroup Head(NodeValues values, int index)
    {
        HeadNorm op = (HeadNorm)values.Op;
        int size = values.InputShape(1)[0], total = op.Heads + (2 * op.KeyValueHeads), head = index % total;
        (int weight, int number, string kind) = head < op.Heads ? (1, head, "query")
            : head < op.Heads + op.KeyValueHeads ? (2, head - op.Heads, "key") : (-1, head - op.Heads - op.KeyValueHeads, "value");
        return new NormGroup(index, index * size, size, weight, $"{Place.Row(values.InputShape(0), index / total)}, head {number} ({kind})");
    }
}
