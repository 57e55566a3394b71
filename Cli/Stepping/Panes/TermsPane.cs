using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The summands of one element: factors, products, their sum, and the kernels' value.</summary>
internal static class TermsPane
{
    /// <summary>Digits of a factor, columns of a label, and whether factors have their names, from the most telling form to the narrowest.</summary>
    private static readonly (int Digits, int Label, bool HasNames)[] Forms = [(6, 36, true), (4, 36, true), (4, 24, true), (4, 12, true), (6, 36, false), (4, 12, false)];

    public static void Write(Sheet sheet, StepView view)
    {
        if (view.Element is not { Terms.Count: > 0 } element) { return; }
        foreach ((int digits, int label, bool hasNames) in Forms)
        {
            var table = new Sheet(sheet.Width, sheet.Ascii);
            Write(table, view, element, digits, label, hasNames);
            if (table.Lines.All(line => line.Width <= sheet.Width) || (digits, label, hasNames) == Forms[^1])
            {
                sheet.Lines.AddRange(table.Lines);
                return;
            }
        }
    }

    private static void Write(Sheet sheet, StepView view, ElementView element, int digits, int mostLabel, bool hasNames)
    {
        int label = Math.Clamp(element.Terms.Max(term => sheet.Columns(term.Label)) + 2, 9, mostLabel);
        int decimals = Math.Max(Figures.Decimals(element.Terms.Select(term => term.Value), 5), 4);
        int factors = element.Terms.Max(term => term.Factors.Count), selected = Cursor.Parse(view.Cursor).Term;
        int[] names = new int[factors], values = new int[factors], starts = new int[factors];
        string[][] texts = [.. element.Terms.Select(term => term.Factors.Select(factor => Figures.Of(factor.Value, digits, plus: true)).ToArray())];
        for (int t = 0; t < texts.Length; t++)
        {
            for (int f = 0; f < texts[t].Length; f++)
            {
                names[f] = Math.Max(names[f], hasNames ? sheet.Columns(element.Terms[t].Factors[f].Name) : 0);
                values[f] = Math.Max(values[f], sheet.Columns(texts[t][f]));
            }
        }
        int at = label + 3, equals = hasNames ? 3 : 0;
        for (int f = 0; f < factors; f++) { starts[f] = at; at += names[f] + equals + values[f] + 3; }
        string[] products = [.. element.Terms.Select(term => Figures.Fixed(term.Value, decimals, plus: true))];
        string sum = element.Sum is { } total ? Figures.Fixed(total, decimals, plus: true) : "";
        int end = at + Math.Max(products.Max(sheet.Columns), sheet.Columns(sum));
        if (!hasNames)
        {
            Line head = sheet.Line().To(label).Add("│", Ink.Dim);
            for (int f = 0; f < factors; f++) { head.Right(starts[f] + values[f], element.Terms[0].Factors.ElementAtOrDefault(f)?.Name.Split('[')[0] ?? "", Ink.Dim); }
        }
        for (int t = 0; t < element.Terms.Count; t++)
        {
            TermView term = element.Terms[t];
            bool isSelected = view.Level == "term" && t == selected;
            Line line = sheet.Line(isSelected ? "▶" : " ", Ink.Cyan).Add(Cut(term.Label, label - 2), isSelected ? Ink.Bold : Ink.Plain).To(label).Add("│", Ink.Dim);
            for (int f = 0; f < term.Factors.Count; f++)
            {
                line.To(starts[f]).Add(hasNames ? term.Factors[f].Name : "", Ink.Dim).To(starts[f] + names[f]).Add(hasNames ? " = " : "", Ink.Dim).Right(starts[f] + names[f] + equals + values[f], texts[t][f]);
                line.Add(f + 1 < term.Factors.Count ? " × " : "", Ink.Dim);
            }
            line.To(at - 2).Add("=", Ink.Dim).Right(end, products[t], term.Value < 0 ? Ink.Blue : Ink.Yellow);
        }
        if (element.MoreTerms > 0)
        {
            sheet.Line(" …").To(label).Add("│", Ink.Dim).Add($"  {Numbers.Count(element.MoreTerms)} more, Σ = {Figures.Fixed(element.MoreSum, decimals, plus: true)}", Ink.Dim);
        }
        if (sum.Length > 0) { WriteSum(sheet, element, label, end, decimals, sum); }
    }

    private static void WriteSum(Sheet sheet, ElementView element, int label, int end, int decimals, string sum)
    {
        Line line = sheet.Line(new string('─', label) + "┴" + new string('─', Math.Max(2, end - sheet.Columns(sum) - label - 4)), Ink.Dim).Add(" Σ ", Ink.Dim).Right(end, sum, Ink.Bold);
        Line verdict = sheet.Loose("kernel ", Ink.Dim).Add(Figures.Fixed(element.Kernel, decimals, plus: true), Ink.Bold);
        if (element.Proof is { } proof) { verdict.Add($"   Δ {Figures.Error(proof.Error)} {proof.Unit} ", Ink.Dim).Add(proof.Passed ? "✓" : "✗", proof.Passed ? Ink.Green : Ink.Red); }
        bool hasRoom = line.Width + 3 + verdict.Width <= sheet.Width;
        (hasRoom ? line.Add("   ") : sheet.Line()).To(hasRoom ? 0 : Math.Max(0, end - verdict.Width)).Add(verdict);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
