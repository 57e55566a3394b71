using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y[b,t] = x[b,t] + p[first + t]: a position's row gets the gradients of that position in every sequence.</summary>
internal sealed class AddPositionsExplainer : OpExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse($"y[b,t,c] = x[b,t,c] + p[{Position(values)},c]");

    public override Formula Backward(NodeValues values, int input) =>
        Formula.Parse(input == 0 ? "dx = dy" : $"dp[{Position(values)},c] = sum(b: dy[b,t,c])");

    public override string Symbol(NodeValues values, int input) => input == 0 ? "x" : "p";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(input);
        IReadOnlyList<Term> terms = Terms(values, input, element);
        int time = (element / shape.Columns) - First(values);
        string symbols = input == 0 ? terms[0].Factors[0].Name
            : terms.Count == 0 ? $"the empty sum: no token stands at position {element / shape.Columns}" : $"Σ_b dy[b,{time},{element % shape.Columns}]";
        return [.. RuleLines.Sum(Place.At($"d{Symbol(values, input)}", shape, element), symbols, terms)];
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        ReadOnlySpan<float> dy = values.OutputGradient;
        Shape ys = values.OutputShape;
        if (input == 0) { return [new Term("passed on", new Factor(Place.At("dy", ys, element), dy[element]))]; }
        int columns = ys.Columns, time = (element / columns) - First(values);
        List<Term> terms = [];
        for (int b = 0; b < ys[0] && time >= 0 && time < ys[1]; b++)
        {
            int at = (((b * ys[1]) + time) * columns) + (element % columns);
            terms.Add(new Term($"sequence {b}", new Factor(Place.At("dy", ys, at), dy[at])));
        }
        return terms;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape ys = values.OutputShape, ps = values.InputShape(1);
        int position = First(values) + (element / ys.Columns % ys[1]), at = (position * ys.Columns) + (element % ys.Columns);
        double x = values.Input(0)[element], p = values.Input(1)[at];
        return [.. RuleLines.Both(Place.At("y", ys, element), $"{Place.At("x", ys, element)} + {Place.At("p", ps, at)}", $"{NumberText.Of(x)} + {NumberText.Operand(p)}", x + p)];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        if (input == 0) { return Observations.ZeroUpstream(values, element); }
        int position = element / values.OutputShape.Columns, time = position - First(values);
        return time >= 0 && time < values.OutputShape[1] ? []
            : [new Observation("unused row", $"no token stands at position {position}: its row gets no gradient (this batch has positions {First(values)} to {First(values) + values.OutputShape[1] - 1})")];
    }

    public override string Describe(NodeValues values, int input, int element) => input == 0
        ? Place.Describe(values.OutputShape, element)
        : $"position {element / values.OutputShape.Columns}, channel {element % values.OutputShape.Columns}";

    /// <summary>x: a copy; p: a sum over the sequences in float32.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => input == 0 ? 0.5 : 0.5 * (values.OutputShape[0] + 1);

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) => input == 0
        ? [SourceFiles.Lines("Autograd/Ops/AddPositions.cs", "if (x.NeedsGradient)"), SourceFiles.Method("Autograd/Ops/Add.cs", "void Pass("), SourceFiles.Method("Kernels/Cpu/ElementwiseKernel.cs", "struct Accumulate(")]
        : [SourceFiles.Lines("Autograd/Ops/AddPositions.cs", "if (p.NeedsGradient)"), SourceFiles.Method("Kernels/Cpu/CpuBackend.Rows.cs", "void AddRowsBackward("), SourceFiles.Method("Kernels/Cpu/ColumnSumKernel.cs", "struct Blocks(")];

    private static int First(NodeValues values) => ((AddPositions)values.Op).FirstPosition;

    private static string Position(NodeValues values) => First(values) == 0 ? "t" : $"{First(values)} + t";
}
