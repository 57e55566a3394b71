using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="RmsNorm"/>: rows divided by their root mean square.</summary>
internal sealed class RmsNormExplainer : RowNormExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("y = x * r * w; r = 1 / sqrt(mean(x^2) + epsilon)");
    private static readonly Formula InputFormula = Formula.Parse("dx = r * (dn - n * mean(dn .* n)); n = x * r; dn = dy .* w");
    private static readonly Formula WeightFormula = Formula.Parse("dw[c] = sum(t: dy[t,c] * n[t,c]); n = x * r");

    protected override bool IsCentered => false;

    public override Formula Forward(NodeValues values) => ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => input == 0 ? InputFormula : WeightFormula;

    public override string Symbol(NodeValues values, int input) => input == 0 ? "x" : "w";

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/RmsNorm.cs", "backend.RmsNormBackward("),
        input == 0 ? SourceFiles.Lines("Kernels/Cpu/RmsNormKernel.cs", "g = TWidth.NegateMultiplyAdd(n", 2) : SourceFiles.Lines("Kernels/Cpu/RmsNormKernel.cs", "TWidth.MultiplyAdd(d, n"),
        SourceFiles.Method("Kernels/Cpu/RmsNormKernel.cs", "void RowBackward<"),
    ];

    protected override double Epsilon(NodeValues values) => ((RmsNorm)values.Op).Epsilon;
}
