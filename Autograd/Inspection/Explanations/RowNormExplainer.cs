namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Norms whose groups are the rows of x: <see cref="RmsNormExplainer"/> and <see cref="LayerNormExplainer"/>.</summary>
internal abstract class RowNormExplainer : NormExplainer
{
    public override string Describe(NodeValues values, int input, int element) =>
        input > 0 ? $"channel {element}" : Place.Describe(values.InputShape(0), element);

    protected override NormGroup GroupOf(NodeValues values, int element) => Row(values, element / values.InputShape(0).Columns);

    protected override IReadOnlyList<NormGroup> GroupsOf(NodeValues values, int input) =>
        values.Remember("rows", () => Enumerable.Range(0, values.InputShape(0).Rows).Select(row => Row(values, row)).ToArray());

    private static NormGroup Row(NodeValues values, int row)
    {
        Shape shape = values.InputShape(0);
        return new NormGroup(row, row * shape.Columns, shape.Columns, 1, Place.Row(shape, row));
    }
}
