using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Why the selected number is what it is: the rule with numbers, in words, and the C# lines that computed it.</summary>
internal static class WhyPane
{
    private const int Indent = 9;

    /// <summary>As much as fits into so many rows: the calculation first, then the words, then the code.</summary>
    public static IReadOnlyList<Section> Sections(StepView view, int width, bool ascii)
    {
        Sheet rule = new(width, ascii), words = new(width, ascii), code = new(width, ascii);
        WriteRule(rule, view);
        WriteWords(words, view);
        CodePane.Write(code, view, Math.Max(1, view.Cursor.EndsWith("view=code", StringComparison.Ordinal) ? 40 : 3));
        return [new("rule", 90, 2, rule.Lines), new("read as", 60, 1, words.Lines), new("code", 70, 1, code.Lines)];
    }

    private static void WriteRule(Sheet sheet, StepView view)
    {
        if (view.Element is not { } element) { return; }
        string symbol = view.Subject is { } subject ? SubjectPane.Symbol(subject).Replace("∂L/∂", "", StringComparison.Ordinal) : "";
        sheet.Line("WHY", Ink.Bold).To(Indent).Add($"{symbol}[{element.Indices}]", Ink.Bold).Add(element.Meaning.Length > 0 ? $"  {element.Meaning}" : "", Ink.Dim);
        if (element.Lines.Count == 0)
        {
            if (element.Terms.Count == 0) { sheet.Line().To(Indent).Add($"{symbol}[{element.Indices}] = {Figures.Of(element.Kernel)}", Ink.Bold); }
            return;
        }
        int name = Math.Min(element.Lines.Max(line => sheet.Columns(line.Name)), sheet.Width / 3);
        int expression = Math.Min(element.Lines.Max(line => sheet.Columns(line.Expression)), Math.Max(8, sheet.Width - Indent - name - 3 - 3 - 12));
        for (int i = 0; i < element.Lines.Count; i++)
        {
            LineView line = element.Lines[i];
            bool isLast = i == element.Lines.Count - 1;
            Line text = sheet.Line().To(Indent).Add(line.Name, isLast ? Ink.Bold : Ink.Plain).To(Indent + name).Add(" = ", Ink.Dim);
            string value = Figures.Of(line.Value);
            if (line.Expression.Length > 0 && line.Expression != value) { text.Add(line.Expression).To(Indent + name + 3 + expression).Add(" = ", Ink.Dim); }
            text.Add(value, Ink.Bold);
            if (isLast && element.Proof is { } proof ) { text.Add("   kernel ", Ink.Dim).Add(proof.Passed ? "✓" : "✗", proof.Passed ? Ink.Green : Ink.Red); }
        }
    }

    private static void WriteWords(Sheet sheet, StepView view)
    {
        bool isFirst = true;
        foreach (string sentence in view.ReadAs)
        {
            sheet.Paragraph(sheet.Line(isFirst ? "READ AS" : "", Ink.Bold), Indent, sentence);
            isFirst = false;
        }
    }
}
