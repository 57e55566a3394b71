using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Why the selected number is what it is: the rule with numbers, in words, and the C# lines that computed it.</summary>
internal static class WhyPane
{
    private const int Indent = 9;

    /// <summary>Frames whose calculation is the main thing: it stands in the main pane.</summary>
    public static bool IsInMain(StepView view) => view.Frame.Kind is "update" or "clip" or "check";

    /// <summary>The calculation, the words, the code.</summary>
    public static IReadOnlyList<Section> Sections(StepView view, int width, bool ascii)
    {
        Sheet rule = new(width, ascii), words = new(width, ascii), code = new(width, ascii);
        string asked = Cursor.Parse(view.Cursor).View;
        bool isPane = asked is "attention" or "lens" or "tokens" or "line-search"; // a pane that stands for itself: its words alone
        if (!IsInMain(view) && !isPane) { WriteRule(rule, view); }
        bool isFirst = true;
        foreach (string sentence in view.ReadAs)
        {
            words.Paragraph(words.Line(isFirst ? "READ AS" : "", Ink.Bold), Indent, sentence);
            isFirst = false;
        }
        if (!isPane) { CodePane.Write(code, asked == "code" ? view.Code : [.. view.Code.Take(1)], asked == "code" ? 60 : 3); }
        return [new("rule", 90, 2, rule.Lines), new("read as", 80, 1, words.Lines), new("code", asked == "code" ? 95 : 70, 2, code.Lines)];
    }

    private static void WriteRule(Sheet sheet, StepView view)
    {
        if (view.Element is not { } element) { return; }
        string symbol = view.Subject is { } subject ? SubjectPane.Symbol(subject) : "";
        Line head = sheet.Line("WHY", Ink.Bold).To(Indent).Add($"{symbol}[{element.Indices}]", Ink.Bold).Add(element.Meaning.Length > 0 ? $"  {element.Meaning}" : "", Ink.Dim);
        if (element.Lines.Count > 0) { CalculationPane.Write(sheet, view, Indent); }
        else if (element.Terms.Count == 0) { head.Add(" = ", Ink.Dim).Add(Figures.Of(element.Kernel), Ink.Bold); }
    }
}
