using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Explains <see cref="LayerNorm"/>: rows moved to mean 0 and divided by their spread.</summary>
internal sealed class LayerNormExplainer : RowNormExplainer
{
    private static readonly Formula ForwardFormula = Formula.Parse("y = (x - mu) * r * w; mu = mean(x); r = 1 / sqrt(mean((x - mu)^2) + epsilon)");
    private static readonly Formula ForwardWithBias = Formula.Parse("y = (x - mu) * r * w + b; mu = mean(x); r = 1 / sqrt(mean((x - mu)^2) + epsilon)");
    private static readonly Formula InputFormula = Formula.Parse("dx = r * (dn - mean(dn) - n * mean(dn .* n)); n = (x - mu) * r; dn = dy .* w");
    private static readonly Formula WeightFormula = Formula.Parse("dw[c] = sum(t: dy[t,c] * n[t,c]); n = (x - mu) * r");
    private static readonly Formula BiasFormula = Formula.Parse("db[c] = sum(t: dy[t,c])");

    protected override bool IsCentered => true;

    public override Formula Forward(NodeValues values) => values.InputCount == 3 ? ForwardWithBias : ForwardFormula;

    public override Formula Backward(NodeValues values, int input) => input switch { 0 => InputFormula, 1 => WeightFormula, _ => BiasFormula };

    public override string Symbol(NodeValues values, int input) => input switch { 0 => "x", 1 => "w", _ => "b" };

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/LayerNorm.cs", "backend.LayerNormBackward("),
        input switch
        {
            0 => SourceFiles.Lines("Kernels/Cpu/LayerNormKernel.cs", "g = TWidth.NegateMultiplyAdd(n", 2),
            1 => SourceFiles.Lines("Kernels/Cpu/LayerNormKernel.cs", "TWidth.MultiplyAdd(d, n"),
            _ => SourceFiles.Lines("Kernels/Cpu/LayerNormKernel.cs", "TWidth.Add(d, VectorLoop"),
        },
        SourceFiles.Method("Kernels/Cpu/LayerNormKernel.cs", "readonly struct Backward("),
    ];

    protected override double Epsilon(NodeValues values) => ((LayerNorm)values.Op).Epsilon;

    protected override bool IsBias(int input) => input == 2;
}
