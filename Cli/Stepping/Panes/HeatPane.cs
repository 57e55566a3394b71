using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>A tensor as numbers where they fit, else as a sign per cell: − + weak, ━ ╋ strong, · exactly 0; the selected cell in ▸ ◂ or inverse.</summary>
internal static class HeatPane
{
    private const double Strong = 0.25;

    private const int MostRows = 32;

    public static void Write(Sheet sheet, StepView view)
    {
        if (view.Subject is { Heat: { Rows: > 0, Columns: > 0 } heat } subject) { Write(sheet, $"{(subject.Kind == "gradient" ? "gradient" : "values")} of {subject.Name}", heat); }
    }

    public static void Write(Sheet sheet, string title, HeatView heat)
    {
        int decimals = Math.Max(0, Figures.Decimals(heat.Values, 3));
        int cell = heat.Values.Max(value => sheet.Columns(Number(value, decimals))) + 2;
        int rowName = $"i={(heat.Rows - 1) * heat.RowSize}".Length + 1;
        bool asNumbers = heat.Columns * cell + rowName <= sheet.Width && heat.Columns <= 12;
        string pooled = heat.RowSize > 1 || heat.ColumnSize > 1 ? $"  a cell is the largest of {heat.RowSize}×{heat.ColumnSize}" : "";
        if (asNumbers) { WriteNumbers(sheet, title + pooled, heat, decimals, cell, rowName); }
        else { WriteSigns(sheet, title + pooled, heat, rowName); }
    }

    private static void WriteNumbers(Sheet sheet, string title, HeatView heat, int decimals, int cell, int rowName)
    {
        sheet.Line(title, Ink.Bold);
        Line head = sheet.Line(heat.Columns > 1 ? "j" : "", Ink.Dim);
        for (int j = 0; j < heat.Columns && heat.Columns > 1; j++) { head.Right(rowName + ((j + 1) * cell) - 1, (j * heat.ColumnSize).ToString(System.Globalization.CultureInfo.InvariantCulture), j == heat.SelectedColumn ? Ink.Bold : Ink.Dim); }
        for (int i = 0; i < heat.Rows; i++)
        {
            Line line = sheet.Line(heat.Rows > 1 ? FormattableString.Invariant($"i={i * heat.RowSize}") : "", i == heat.SelectedRow ? Ink.Bold : Ink.Dim);
            for (int j = 0; j < heat.Columns; j++)
            {
                double value = heat.Values[(i * heat.Columns) + j];
                int end = rowName + ((j + 1) * cell);
                if (i == heat.SelectedRow && j == heat.SelectedColumn) { line.Right(end, $"▸{Number(value, decimals)}◂", Ink.Bold); }
                else { line.Right(end - 1, Number(value, decimals), Colour(value)); }
            }
        }
    }

    /// <summary>A window on the selected cell where not all rows or columns fit.</summary>
    private static void WriteSigns(Sheet sheet, string title, HeatView heat, int rowName)
    {
        double largest = heat.Values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        int columns = Math.Min(heat.Columns, sheet.Width - rowName - 1), first = Math.Clamp(heat.SelectedColumn - (columns / 2), 0, heat.Columns - columns);
        int rows = Math.Min(heat.Rows, MostRows), top = Math.Clamp(heat.SelectedRow - 1, 0, heat.Rows - rows);
        string part = columns < heat.Columns ? $"  columns {first * heat.ColumnSize} … {((first + columns) * heat.ColumnSize) - 1}" : rows < heat.Rows ? $"  rows {top * heat.RowSize} … {((top + rows) * heat.RowSize) - 1} of {heat.Rows * heat.RowSize}" : "";
        string legend = $"+ − below {Figures.Of(Strong * largest, 3)}, ╋ ━ above, · exactly 0";
        Line head = sheet.Line(title, Ink.Bold).Add(part, Ink.Dim);
        (head.Width + 2 + sheet.Columns(legend) <= sheet.Width ? head.Add("  ") : sheet.Line()).Add(legend, Ink.Dim);
        for (int i = top; i < top + rows; i++)
        {
            Line line = sheet.Line(FormattableString.Invariant($"i={i * heat.RowSize}"), i == heat.SelectedRow ? Ink.Bold : Ink.Dim).To(rowName);
            for (int j = first; j < first + columns; j++)
            {
                double value = heat.Values[(i * heat.Columns) + j];
                bool isSelected = i == heat.SelectedRow && j == heat.SelectedColumn;
                line.Add(Sign(value, largest), isSelected ? Ink.Inverse : Math.Abs(value) < Strong * largest && value != 0 ? Ink.Dim : Colour(value));
            }
            if (i == heat.SelectedRow) { line.Add(" ◂", Ink.Bold); }
        }
    }

    private static string Sign(double value, double largest) => double.IsNaN(value) ? "!" : double.IsInfinity(value) ? (value > 0 ? "╋" : "━") : value == 0 ? "·" : Math.Abs(value) < Strong * largest ? (value > 0 ? "+" : "−") : value > 0 ? "╋" : "━";

    private static string Number(double value, int decimals) => value == 0 ? "·" : Figures.Fixed(value, decimals, plus: true);

    private static Ink Colour(double value) => !double.IsFinite(value) ? Ink.Red : value == 0 ? Ink.Dim : value < 0 ? Ink.Blue : Ink.Yellow;
}
