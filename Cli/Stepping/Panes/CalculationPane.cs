using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The rule of one element with its numbers, a line for each quantity: name = expression = value.</summary>
internal static class CalculationPane
{
    private const int Value = 13;

    public static void Write(Sheet sheet, StepView view, int indent)
    {
        if (view.Element is not { Lines.Count: > 0 } element) { return; }
        int name = Math.Min(element.Lines.Max(line => sheet.Columns(line.Name)), sheet.Width / 3), start = indent + name + 3;
        int most = Math.Max(8, sheet.Width - start - 3 - Value - 2);
        int expression = element.Lines.Select(line => sheet.Columns(line.Expression)).Where(columns => columns <= most).DefaultIfEmpty(0).Max();
        for (int i = 0; i < element.Lines.Count; i++)
        {
            LineView line = element.Lines[i];
            bool isLast = i == element.Lines.Count - 1, isAgain = i > 0 && element.Lines[i - 1].Name == line.Name;
            bool comesAgain = !isLast && element.Lines[i + 1].Name == line.Name && element.Lines[i + 1].Value.Equals(line.Value);
            Line text = sheet.Line().To(indent).Add(isAgain ? "" : line.Name, isLast ? Ink.Bold : Ink.Plain).To(indent + name).Add(" = ", Ink.Dim);
            string value = (line.Value < 0 ? "" : " ") + Figures.Of(line.Value);
            if (line.Expression.Length == 0 || line.Expression == value.Trim())
            {
                text.Add(value, Ink.Bold);
            }
            else if (sheet.Columns(line.Expression) <= most)
            {
                text.Add(line.Expression);
                if (!comesAgain) { text.To(start + expression).Add(" = ", Ink.Dim).Add(value, Ink.Bold); }
            }
            else
            {
                sheet.Paragraph(text, start, line.Expression);
                text = sheet.Lines[^1];
                if (!comesAgain)
                {
                    if (text.Width > start + expression) { text = sheet.Line(); }
                    text.To(start + expression).Add(" = ", Ink.Dim).Add(value, Ink.Bold);
                }
            }
            if (isLast && element.Proof is { } proof)
            {
                text.Add(text.Width + 11 <= sheet.Width ? "   kernel " : " ", Ink.Dim).Add(proof.Passed ? "✓" : "✗", proof.Passed ? Ink.Green : Ink.Red);
            }
        }
    }
}
