using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>What one looks at: the tensor or its element, its shape and numbers, and the formulas.</summary>
internal static class SubjectPane
{
    public static void Write(Sheet sheet, StepView view)
    {
        foreach (string broken in view.Breaks) { sheet.Line($"● break {broken}", Ink.Red); }
        if (view.Subject is { } subject)
        {
            bool isClose = view.Level is "element" or "term" && view.Element is not null;
            Line heading = sheet.Line(Symbol(subject) + (isClose ? $"[{view.Element!.Indices}]" : ""), Ink.Bold);
            heading.To(12).Add($"  {subject.Name} : {Figures.Shape(subject.Shape)}", Ink.Cyan).Add($"  {subject.Role}", Ink.Dim);
            string readers = ReadBy(subject.Consumers);
            if (heading.Width + 2 + sheet.Columns(readers) <= sheet.Width) { heading.Right(sheet.Width, readers, Ink.Dim); }
            if (isClose && view.Element!.Meaning.Length > 0) { sheet.Line(view.Element.Meaning, Ink.Dim); }
        }
        else if (view.Level is not ("run" or "module")) { sheet.Line(view.Frame.Text, Ink.Bold); }
        WriteFormula(sheet, "rule", view.Rule);
        if (view.Rule is null) { WriteForward(sheet, view); }
    }

    /// <summary>What the operation computes forward.</summary>
    public static void WriteForward(Sheet sheet, StepView view) => WriteFormula(sheet, "forward", view.Formula);

    /// <summary>"rms 0.284  max|·| 0.553  mean −0.12  zeros 0  nan 0".</summary>
    public static void WriteStats(Sheet sheet, StatsView stats)
    {
        if (IsHidden(stats)) { return; }
        Line line = sheet.Line();
        void Item(string name, string text, Ink ink = Ink.Plain)
        {
            if (line.Width > 0 && line.Width + 2 + sheet.Columns(name) + 1 + sheet.Columns(text) > sheet.Width) { line = sheet.Line(); }
            line.Add(line.Width > 0 ? "  " : "").Add(name, Ink.Dim).Add(" " + text, ink);
        }
        Item("rms", Figures.Of(stats.Rms, 4));
        Item("max|x|", Figures.Of(stats.MaxAbs, 4));
        Item("mean", Figures.Of(stats.Mean, 4));
        Item("zeros", Share(stats.Zeros, stats.Count), stats.Zeros > 0 ? Ink.Yellow : Ink.Plain);
        Item("nan", Numbers.Count(stats.NaNs), stats.NaNs > 0 ? Ink.Red : Ink.Plain);
        if (stats.Infinities > 0) { Item("inf", Numbers.Count(stats.Infinities), Ink.Red); }
    }

    /// <summary>Whether a quiz keeps the numbers to itself.</summary>
    public static bool IsHidden(StatsView stats) => double.IsNaN(stats.Rms) && stats.NaNs == 0;

    public static string Symbol(TensorView tensor) => tensor.Symbol.Length > 0 ? tensor.Symbol : tensor.Name;

    private static void WriteFormula(Sheet sheet, string name, FormulaView? formula)
    {
        if (formula is { Unicode.Length: > 0 })
        {
            Line line = sheet.Line(name, Ink.Dim).To(9);
            foreach (string part in formula.Unicode.Split(",  ")) // several formulas, beside or below each other
            {
                if (line.Width > 9 && line.Width + 3 + sheet.Columns(part) > sheet.Width) { line = sheet.Line().To(9); }
                if (line.Width > 9) { line.Add(",  ", Ink.Dim); }
                if (line.Width + sheet.Columns(part) <= sheet.Width) { line.Add(part); }
                else { sheet.Paragraph(line, 9, part); }
            }
        }
    }

    private static string ReadBy(int consumers) => consumers switch { 0 => "", 1 => "used by 1 operation", _ => $"used by {consumers} operations" };

    private static string Share(int part, int whole) => part == 0 || whole < 100 ? Numbers.Count(part) : FormattableString.Invariant($"{Numbers.Count(part)} ({100.0 * part / whole:0} %)");
}
