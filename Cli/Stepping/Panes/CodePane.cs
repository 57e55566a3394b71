using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The C# lines that computed what is shown, with file and line.</summary>
internal static class CodePane
{
    private const int Indent = 9;

    /// <param name="sheet">Where to.</param>
    /// <param name="view">What is shown.</param>
    /// <param name="most">Lines of source, together.</param>
    public static void Write(Sheet sheet, StepView view, int most)
    {
        bool isFirst = true;
        foreach (CodeView code in view.Code)
        {
            if (most <= 0) { break; }
            int lines = Math.Min(most, code.Lines.Count), common = Common(code.Lines);
            most -= lines;
            sheet.Line(isFirst ? "CODE" : "", Ink.Bold).To(Indent).Add(FormattableString.Invariant($"{code.Path}:{code.Line}"), Ink.Cyan).Add(lines < code.Lines.Count ? $"  … {code.Lines.Count - lines} more lines: v" : "", Ink.Dim);
            for (int i = 0; i < lines; i++)
            {
                sheet.Line().To(Indent - 3).Add(FormattableString.Invariant($"{code.Line + i,5}"), Ink.Dim).Add("  ").Add(code.Lines[i].Length > common ? code.Lines[i][common..] : code.Lines[i].TrimStart());
            }
            isFirst = false;
        }
    }

    /// <summary>Spaces that every line begins with.</summary>
    private static int Common(IEnumerable<string> lines) => lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
}
