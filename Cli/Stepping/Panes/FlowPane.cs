using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>What comes in, what the rule reads beside, what goes out: a line each.</summary>
internal static class FlowPane
{
    public static void Write(Sheet sheet, StepView view)
    {
        List<(string Way, TensorView Tensor)> rows = [.. view.Upstream.Select(tensor => ("in", tensor)), .. view.Reads.Select(tensor => ("reads", tensor)), .. view.Downstream.Select(tensor => ("out", tensor))];
        if (rows.Count == 0) { return; }
        int symbol = Math.Min(24, rows.Max(row => sheet.Columns(SubjectPane.Symbol(row.Tensor)))), name = Math.Min(28, rows.Max(row => sheet.Columns(row.Tensor.Name))), shape = rows.Max(row => Figures.Shape(row.Tensor.Shape).Length);
        foreach ((string way, TensorView tensor) in rows)
        {
            bool isSubject = view.Subject is { } subject && subject.Name == tensor.Name && subject.Kind == tensor.Kind;
            sheet.Line(way, Ink.Dim).To(6).Add(isSubject ? "▶ " : "  ", Ink.Cyan).Add(Cut(SubjectPane.Symbol(tensor), symbol), isSubject ? Ink.Bold : Ink.Plain).To(10 + symbol).Add(Cut(tensor.Name, name), Ink.Cyan).To(12 + symbol + name).Add(Figures.Shape(tensor.Shape), Ink.Dim)
                .To(14 + symbol + name + shape).Add("rms ", Ink.Dim).Add(Text(tensor.Stats, tensor.Stats.Rms)).To(26 + symbol + name + shape).Add("max ", Ink.Dim).Add(Text(tensor.Stats, tensor.Stats.MaxAbs));
        }
    }

    private static string Text(StatsView stats, double value) => SubjectPane.IsHidden(stats) ? "?" : Figures.Of(value, 4);

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
