using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The C# lines that computed what is shown, with file and line.</summary>
internal static class CodePane
{
    private const int Indent = 9;

    /// <param name="sheet">Where to.</param>
    /// <param name="places">The places, most telling first.</param>
    /// <param name="most">Lines of source, together.</param>
    public static void Write(Sheet sheet, IReadOnlyList<CodeView> places, int most)
    {
        bool isFirst = true;
        foreach (CodeView code in places)
        {
            if (most <= 0) { break; }
            int first = most < code.Lines.Count ? Body(code.Lines) : 0, lines = Math.Min(most, code.Lines.Count - first), common = Common(code.Lines.Skip(first));
            most -= lines;
            sheet.Line(isFirst ? "CODE" : "", Ink.Bold).To(Indent).Add(FormattableString.Invariant($"{code.Path}:{code.Line + first}"), Ink.Cyan).Add(lines < code.Lines.Count ? $"  {lines} of {code.Lines.Count} lines … v shows all" : "", Ink.Dim);
            for (int i = first; i < first + lines; i++)
            {
                string text = code.Lines[i].Length > common ? code.Lines[i][common..] : code.Lines[i].TrimStart();
                sheet.Line().To(Indent - 3).Right(Indent + 1, FormattableString.Invariant($"{code.Line + i}"), Ink.Dim).Add("  ").Add(TokenText.Safe(text));
            }
            isFirst = false;
        }
    }

    /// <summary>The first line inside the method, where there is one: its head says the least.</summary>
    private static int Body(IReadOnlyList<string> lines)
    {
        for (int i = 0; i < Math.Min(4, lines.Count - 1); i++)
        {
            if (lines[i].Trim() == "{") { return i + 1; }
        }
        return 0;
    }

    /// <summary>Spaces that every line begins with.</summary>
    private static int Common(IEnumerable<string> lines) => lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
}
