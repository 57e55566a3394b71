using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Small charts: the loss along the update, the histogram of a tensor, its largest elements.</summary>
internal static class CurvePanes
{
    private const string Eighths = "▁▂▃▄▅▆▇█", AsciiEighths = "__..--=#";

    public static void WriteLineSearch(Sheet sheet, StepView view)
    {
        if (view.LineSearch.Count == 0) { return; }
        double least = view.LineSearch.Min(point => point.Loss), most = view.LineSearch.Where(point => double.IsFinite(point.Loss)).Select(point => point.Loss).DefaultIfEmpty(1).Max();
        sheet.Line("line search", Ink.Bold).Add("  the loss after a step of η times a factor", Ink.Dim);
        foreach (PointView point in view.LineSearch)
        {
            int filled = double.IsFinite(point.Loss) && most > 0 ? (int)Math.Round(Math.Clamp(point.Loss / most, 0, 1) * Math.Max(8, Math.Min(40, sheet.Width - 24))) : 0;
            sheet.Line().Right(9, $"×{Figures.Of(point.Factor, 4)}", point.Factor == 1 ? Ink.Bold : Ink.Dim).Right(19, Figures.Of(point.Loss, 5), point.Loss == least ? Ink.Green : Ink.Plain).Add("  " + new string('█', filled), point.Loss == least ? Ink.Green : Ink.Cyan);
        }
    }

    public static void WriteHistogram(Sheet sheet, TensorView tensor)
    {
        if (tensor.Histogram.Count == 0 || tensor.Stats.Count < 32) { return; }
        int most = Math.Max(1, tensor.Histogram.Max());
        string steps = sheet.Ascii ? AsciiEighths : Eighths;
        string bars = string.Concat(tensor.Histogram.Select(count => count == 0 ? ' ' : steps[Math.Clamp((int)(count * 8L / (most + 1L)), 0, 7)]));
        sheet.Line("histogram", Ink.Bold);
        sheet.Line($"{Figures.Of(tensor.Stats.Minimum, 4)} ", Ink.Dim).Add(bars, Ink.Cyan).Add($" {Figures.Of(tensor.Stats.Maximum, 4)}", Ink.Dim);
    }

    public static void WriteLargest(Sheet sheet, TensorView tensor)
    {
        if (tensor.Largest.Count == 0 || tensor.Stats.Count < 8) { return; }
        Line line = sheet.Line("largest", Ink.Bold);
        foreach (ValueView value in tensor.Largest)
        {
            string text = $"[{value.Element}] {Figures.Of(value.Value, 4, plus: true)}";
            if (line.Width + 2 + sheet.Columns(text) > sheet.Width) { break; }
            line.Add("  ").Add(text, value.Value < 0 ? Ink.Blue : Ink.Yellow);
        }
    }
}
