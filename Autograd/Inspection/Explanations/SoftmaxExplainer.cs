namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y = softmax(x) of each row: each x is moved by its own gradient less the row's mean gradient, weighted by y.</summary>
internal sealed class SoftmaxExplainer : OpExplainer
{
    private const double Saturated = 0.99;

    public override Formula Forward(NodeValues values) => Formula.Parse("y_i = e^(x_i - max(x))/sum(j: e^(x_j - max(x)))");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse("dx = y .* (dy - s); s = sum(j: y_j*dy_j)");

    public override string Symbol(NodeValues values, int input) => "x";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.OutputShape;
        Factor[] row = Row(values, element);
        string place = Place.At("", shape, element);
        double y = values.Output[element], dy = values.OutputGradient[element], s = row.Sum(factor => factor.Value);
        List<Term> terms = [.. row.Select((factor, j) => new Term($"column {j}", factor))];
        return
        [
            .. RuleLines.Sum("s", $"Σ_j {Indexed("y", shape, element)}·{Indexed("dy", shape, element)}", terms),
            .. RuleLines.Both($"dx{place}", $"y{place}·(dy{place} − s)", $"{NumberText.Of(y)}·({NumberText.Of(dy)} − {NumberText.Operand(s)})", y * (dy - s)),
        ];
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        ReadOnlySpan<float> y = values.Output, dy = values.OutputGradient;
        Shape shape = values.OutputShape;
        string own = Place.At("y", shape, element);
        List<Term> terms = [new Term("its own gradient", new Factor(own, y[element]), new Factor(Place.At("dy", shape, element), dy[element]))];
        int start = element - (element % shape.Columns);
        for (int j = start; j < start + shape.Columns; j++)
        {
            terms.Add(new Term($"share in column {j - start}", new Factor($"−{own}", -y[element]), new Factor(Place.At("y", shape, j), y[j]), new Factor(Place.At("dy", shape, j), dy[j])));
        }
        return terms;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.OutputShape;
        int start = element - (element % shape.Columns);
        float[] x = values.Input(0).Slice(start, shape.Columns).ToArray();
        double max = x.Max(), sum = x.Sum(value => Math.Exp(value - max)), own = x[element - start];
        return
        [
            new Quantity("max", $"max_j {Indexed("x", shape, element)}", max),
            new Quantity("Z", $"Σ_j e^({Indexed("x", shape, element)} − max)", sum),
            .. RuleLines.Both(Place.At("y", shape, element), $"e^({Place.At("x", shape, element)} − max)/Z", $"e^({NumberText.Of(own)} − {NumberText.Operand(max)})/{NumberText.Of(sum)}", Math.Exp(own - max) / sum),
        ];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        Shape shape = values.OutputShape;
        int largest = Largest(values, element - (element % shape.Columns));
        double y = values.Output[largest];
        if (y > Saturated)
        {
            yield return new Observation("saturated", $"the softmax is saturated: {Place.At("y", shape, largest)} = {NumberText.Of(y)}, so little gradient passes to any x of this row", 0, largest);
        }
    }

    public override string Describe(NodeValues values, int input, int element) => Place.Describe(values.OutputShape, element);

    /// <summary>The sum of a row in float32 lanes, a difference, a product.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 2 + (values.OutputShape.Columns / 16.0);

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
        [SourceFiles.Method("Autograd/Ops/Softmax.cs", "void Backward("), SourceFiles.Method("Kernels/Cpu/SoftmaxKernel.cs", "struct Backward(")];

    /// <summary>y ⊙ dy of the element's row.</summary>
    private static Factor[] Row(NodeValues values, int element)
    {
        Shape shape = values.OutputShape;
        int start = element - (element % shape.Columns);
        Factor[] row = new Factor[shape.Columns];
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = new Factor($"{Place.At("y", shape, start + j)}·{Place.At("dy", shape, start + j)}", (double)values.Output[start + j] * values.OutputGradient[start + j]);
        }
        return row;
    }

    private static int Largest(NodeValues values, int start)
    {
        int largest = start;
        for (int j = start; j < start + values.OutputShape.Columns; j++)
        {
            if (values.Output[j] > values.Output[largest]) { largest = j; }
        }
        return largest;
    }

    /// <summary>"y[0,3,j]": the element's row, any column.</summary>
    private static string Indexed(string symbol, Shape shape, int element)
    {
        int[] indices = Place.Indices(shape, element);
        return indices.Length == 0 ? symbol : $"{symbol}[{string.Concat(indices[..^1].Select(index => $"{index},"))}j]";
    }
}
