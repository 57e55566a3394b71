namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Norms whose groups are the rows of x: <see cref="RmsNormExplainer"/> and <see cref="LayerNormExplainer"/>.</summary>
public abstract class RowNormExplainer : NormExplainer
{
    public override string Describe(NodeValues values, int input, int element)
    {
        Shape shape = input < 0 ? values.OutputShape : values.InputShape(input);
        return input > 0 ? FormattableString.Invariant($"channel {element}") : FormattableString.Invariant($"{Shown.Row(shape, element / shape.Columns)}, channel {element % shape.Columns}");
    }

    protected override Group GroupOf(NodeValues values, int element) => Row(values, element / values.InputShape(0).Columns);

    protected override IReadOnlyList<Group> GroupsOf(NodeValues values, int input) =>
        values.Remember("rows", () => Enumerable.Range(0, values.InputShape(0).Rows).Select(row => Row(values, row)).ToArray());

    private static Group Row(NodeValues values, int row)
    {
        Shape shape = values.InputShape(0);
        return new Group(row, row * shape.Columns, shape.Columns, 1, Shown.Row(shape, row));
    }
}
