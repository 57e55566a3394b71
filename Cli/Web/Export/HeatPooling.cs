using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web.Export;

/// <summary>Makes heat maps coarser where a file would be too large, and remembers which tensors that touched.</summary>
/// <param name="side">Most cells of a side.</param>
internal sealed class HeatPooling(int side)
{
    /// <summary>Names of the tensors whose maps were made coarser.</summary>
    public HashSet<string> Pooled { get; } = [];

    public StepView Apply(StepView view) => side >= 64 ? view : view with
    {
        Subject = view.Subject is null ? null : Apply(view.Subject),
        Upstream = [.. view.Upstream.Select(Apply)],
        Reads = [.. view.Reads.Select(Apply)],
        Downstream = [.. view.Downstream.Select(Apply)],
    };

    private TensorView Apply(TensorView tensor)
    {
        if (tensor.Heat is not { } heat || (heat.Rows <= side && heat.Columns <= side)) { return tensor; }
        Pooled.Add(tensor.Name);
        return tensor with { Heat = Shrink(heat, side) };
    }

    /// <summary>The same map with at most <paramref name="side"/> cells to a side: each is the value with the largest magnitude of those that it stands for.</summary>
    public static HeatView Shrink(HeatView heat, int side)
    {
        int down = (heat.Rows + side - 1) / side, across = (heat.Columns + side - 1) / side;
        int rows = (heat.Rows + down - 1) / down, columns = (heat.Columns + across - 1) / across;
        double[] values = new double[rows * columns];
        for (int r = 0; r < heat.Rows; r++)
        {
            for (int c = 0; c < heat.Columns; c++)
            {
                double value = heat.Values[(r * heat.Columns) + c];
                ref double cell = ref values[((r / down) * columns) + (c / across)];
                if (double.IsNaN(value) || Math.Abs(value) > Math.Abs(cell)) { cell = value; }
            }
        }
        return new HeatView(rows, columns, heat.RowSize * down, heat.ColumnSize * across, values, heat.SelectedRow < 0 ? -1 : heat.SelectedRow / down, heat.SelectedColumn < 0 ? -1 : heat.SelectedColumn / across);
    }
}
