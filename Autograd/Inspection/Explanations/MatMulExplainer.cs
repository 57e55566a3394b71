namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = x·Wᵀ + b: a weight's gradient is a sum over the rows (tokens), that of an input a sum over the outputs.</summary>
internal sealed class MatMulExplainer : OpExplainer
{
    public override Formula Forward(NodeValues values) => Formula.Parse(values.InputCount == 3
        ? $"y = x*W^T + b; {Row(values, "y", "n")} = sum(k: {Row(values, "x", "k")}*W[n,k]) + b[n]"
        : $"y = x*W^T; {Row(values, "y", "n")} = sum(k: {Row(values, "x", "k")}*W[n,k])");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse(input switch
    {
        0 => $"dx = dy*W; {Row(values, "dx", "k")} = sum(n: {Row(values, "dy", "n")}*W[n,k])",
        1 => $"dW = dy^T*x; dW[n,k] = {OverRows(values, $"{Row(values, "dy", "n")}*{Row(values, "x", "k")}")}",
        _ => $"db[n] = {OverRows(values, Row(values, "dy", "n"))}",
    });

    public override string Symbol(NodeValues values, int input) => input switch { 0 => "x", 1 => "W", _ => "b" };

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(input);
        string letters = Place.RowLetters(values.OutputShape), row = letters.Length == 0 ? "" : letters + ",", sum = letters.Length == 0 ? "" : $"Σ_{(letters.Length == 1 ? letters : $"({letters})")} ";
        int column = element % shape.Columns;
        string symbols = input switch
        {
            0 => $"Σ_n dy[{Prefix(shape, element)}n]·W[n,{column}]",
            1 => $"{sum}dy[{row}{element / shape.Columns}]·x[{row}{column}]",
            _ => $"{sum}dy[{row}{element}]",
        };
        return [.. RuleLines.Sum(Place.At($"d{Symbol(values, input)}", shape, element), symbols, Terms(values, input, element))];
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        ReadOnlySpan<float> dy = values.OutputGradient, x = values.Input(0), w = values.Input(1);
        Shape xs = values.InputShape(0), ws = values.InputShape(1), ys = values.OutputShape;
        int rows = xs.Rows, n = ws[0], k = ws[1], row = element / k, column = element % k;
        List<Term> terms = [];
        for (int i = 0; input == 0 && i < n; i++)
        {
            terms.Add(new Term($"output {i}", new Factor(Place.At("dy", ys, row, i), dy[(row * n) + i]), new Factor(Place.At("W", ws, i, column), w[(i * k) + column])));
        }
        for (int t = 0; input == 1 && t < rows; t++)
        {
            terms.Add(new Term(Place.Row(xs, t), new Factor(Place.At("dy", ys, t, row), dy[(t * n) + row]), new Factor(Place.At("x", xs, t, column), x[(t * k) + column])));
        }
        for (int t = 0; input == 2 && t < rows; t++)
        {
            terms.Add(new Term(Place.Row(xs, t), new Factor(Place.At("dy", ys, t, element), dy[(t * n) + element])));
        }
        return terms;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        ReadOnlySpan<float> x = values.Input(0), w = values.Input(1);
        Shape xs = values.InputShape(0), ws = values.InputShape(1), ys = values.OutputShape;
        int k = ws[1], row = element / ws[0], column = element % ws[0];
        List<Term> terms = [];
        for (int i = 0; i < k; i++)
        {
            terms.Add(new Term($"input {i}", new Factor(Place.At("x", xs, row, i), x[(row * k) + i]), new Factor(Place.At("W", ws, column, i), w[(column * k) + i])));
        }
        string symbols = $"Σ_k x[{Prefix(ys, element)}k]·W[{column},k]";
        if (values.InputCount == 3)
        {
            terms.Add(new Term("bias", new Factor(Place.At("b", values.InputShape(2), column), values.Input(2)[column])));
            symbols += $" + b[{column}]";
        }
        return [.. RuleLines.Sum(Place.At("y", ys, element), symbols, terms)];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        int n = values.InputShape(1)[0], k = values.InputShape(1)[1];
        if (input == 0) { yield break; }
        int output = input == 1 ? element / k : element;
        if (Observations.IsZeroColumn(values.OutputGradient, n, output))
        {
            yield return new Observation("zero upstream", $"{(input == 1 ? $"row {output} of dW" : $"db[{output}]")} is exactly 0: no gradient arrives at output {output}, dy is 0 for every token", Observation.Upstream, output);
        }
        if (input == 1 && Observations.IsZeroColumn(values.Input(0), k, element % k))
        {
            yield return new Observation("dead input", $"column {element % k} of dW is exactly 0: input {element % k} is 0 for every token", 0, element % k);
        }
    }

    public override string Describe(NodeValues values, int input, int element) => input switch
    {
        0 => Place.Describe(values.InputShape(0), element),
        1 => $"from input {element % values.InputShape(1)[1]} to output {element / values.InputShape(1)[1]}",
        _ => $"bias of output {element}",
    };

    /// <summary>A chain of fused multiply-adds in float32: each rounds its running sum, by half a last place at most.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) =>
        1 + ((input == 0 ? values.InputShape(1)[0] : values.InputShape(0).Rows) / 2.0);

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Lines("Autograd/Ops/MatMul.cs", input switch { 0 => "if (x.NeedsGradient)", 1 => "if (w.NeedsGradient)", _ => "Inputs[2].NeedsGradient" }),
        SourceFiles.Method("Autograd/Ops/MatMul.cs", "void Backward("),
        input == 2 ? SourceFiles.Method("Kernels/Cpu/ColumnSumKernel.cs", "struct Blocks(") : SourceFiles.Method("Kernels/Cpu/MatMulTileScalar.cs", "void Multiply("),
    ];

    /// <summary>An element of a row in a formula: "y[t,n]", "y[n]" of a vector.</summary>
    private static string Row(NodeValues values, string symbol, string column)
    {
        string letters = Place.RowLetters(values.OutputShape);
        return letters.Length == 0 ? $"{symbol}[{column}]" : $"{symbol}[{letters},{column}]";
    }

    private static string OverRows(NodeValues values, string body)
    {
        string letters = Place.RowLetters(values.OutputShape);
        return letters.Length == 0 ? body : $"sum({letters}: {body})";
    }

    /// <summary>The indices of an element's row, with a comma: "0,3,".</summary>
    private static string Prefix(Shape shape, int element) => string.Concat(Place.Indices(shape, element)[..^1].Select(index => $"{index},"));
}
