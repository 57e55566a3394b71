using PureLlm.Autograd.Ops;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>y[t] = table[id of t]: a row of the table gets the gradients of all places where its token stands.</summary>
internal sealed class EmbeddingExplainer : OpExplainer
{
    private const int Named = 8;

    public override Formula Forward(NodeValues values) => Formula.Parse("y[b,t,c] = table[v,c]; v = tokens[b,t]");

    public override Formula Backward(NodeValues values, int input) => Formula.Parse("dtable[v,c] = sum(b,t: [tokens[b,t] = v]*dy[b,t,c])");

    public override string Symbol(NodeValues values, int input) => "table";

    public override IReadOnlyList<Quantity> Rule(NodeValues values, int input, int element)
    {
        Shape shape = values.InputShape(0);
        IReadOnlyList<Term> terms = Terms(values, input, element);
        string symbols = terms.Count == 0 ? $"the empty sum: no token has id {element / shape.Columns}" : $"Σ_(tokens[b,t] = {element / shape.Columns}) dy[b,t,{element % shape.Columns}]";
        return [.. RuleLines.Sum(Place.At("dtable", shape, element), symbols, terms)];
    }

    public override IReadOnlyList<Term> Terms(NodeValues values, int input, int element)
    {
        ReadOnlySpan<float> dy = values.OutputGradient;
        int columns = values.OutputShape.Columns, column = element % columns;
        List<Term> terms = [];
        foreach (int row in Places(values, element / columns))
        {
            terms.Add(new Term(Place.Row(values.OutputShape, row), new Factor(Place.At("dy", values.OutputShape, row, column), dy[(row * columns) + column])));
        }
        return terms;
    }

    public override IReadOnlyList<Quantity> ForwardRule(NodeValues values, int element)
    {
        Shape shape = values.InputShape(0), ys = values.OutputShape;
        int row = element / ys.Columns, id = Ids(values)[row], source = (id * shape.Columns) + (element % ys.Columns);
        int[] indices = Place.Indices(ys, element);
        return
        [
            new Quantity($"tokens[{indices[0]},{indices[1]}]", $"the id of {Place.Row(ys, row)}", id),
            new Quantity(Place.At("y", ys, element), Place.At("table", shape, source), values.Input(0)[source]),
        ];
    }

    public override IEnumerable<Observation> Observe(NodeValues values, int input, int element)
    {
        Shape ys = values.OutputShape;
        int id = element / ys.Columns;
        int[] places = Places(values, id);
        if (places.Length == 0)
        {
            yield return new Observation("unused row", $"id {id} does not occur in these {ys.Rows} places: its row of the table gets no gradient");
        }
        else if (places.Length > 1)
        {
            string where = string.Join(", ", places.Take(Named).Select(row => Place.Row(ys, row))) + (places.Length > Named ? ", …" : "");
            yield return new Observation("repeated token", $"id {id} occurs {places.Length} times ({where}): their gradients add up");
        }
    }

    public override string Describe(NodeValues values, int input, int element) =>
        $"row of id {element / values.InputShape(0).Columns}, channel {element % values.InputShape(0).Columns}";

    /// <summary>A sum in float32, in the order of the places.</summary>
    public override double ToleranceInUlps(NodeValues values, int input) => 0.5 * Ids(values).GroupBy(id => id).Max(group => group.Count());

    public override IReadOnlyList<SourcePlace> Source(NodeValues values, int input) =>
    [
        SourceFiles.Method("Autograd/Ops/Embedding.cs", "void Backward("),
        SourceFiles.Method("Kernels/Cpu/EmbeddingKernel.cs", "struct BackwardBlocks("),
        SourceFiles.Method("Kernels/Cpu/ColumnSumKernel.cs", "struct AddTo("),
    ];

    private static int[] Ids(NodeValues values) => values.Remember("token ids", () => ((Embedding)values.Op).Tokens.ToArray());

    /// <summary>The rows of the output where a token stands, ascending.</summary>
    private static int[] Places(NodeValues values, int id)
    {
        int[] ids = Ids(values);
        return [.. Enumerable.Range(0, ids.Length).Where(row => ids[row] == id)];
    }
}
