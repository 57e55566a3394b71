using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Cli.Stepping.Panes;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>What the main pane holds for a view: its parts in reading order, and which of them matter most at the cursor's level.</summary>
internal static class StepPage
{
    private const int Asked = 200;

    /// <param name="view">What is shown.</param>
    /// <param name="width">Columns.</param>
    /// <param name="ascii">Whether only ASCII may be used.</param>
    /// <param name="hasNumbers">Whether the tensor's numbers belong to it; elsewhere they stand below the tape.</param>
    public static IReadOnlyList<Section> Sections(StepView view, int width, bool ascii, bool hasNumbers = true)
    {
        string asked = Cursor.Parse(view.Cursor).View;
        bool isClose = view.Level is "element" or "term", isFar = view.Level is "module" or "run";
        List<Section> sections = [];
        Sheet New() => new(width, ascii);
        void Add(string name, int importance, int minimum, Action<Sheet> write, bool isAside = false, params string[] views)
        {
            Sheet sheet = New();
            write(sheet);
            if (sheet.Lines.Count > 0) { sections.Add(new Section(name, asked.Length > 0 && views.Contains(asked) ? Asked : importance, minimum, sheet.Lines, isAside)); }
        }
        Add("subject", 300, 1, sheet => SubjectPane.Write(sheet, view));
        if (WhyPane.IsInMain(view)) { Add("calculation", 94, 4, sheet => CalculationPane.Write(sheet, view, 0)); }
        if (isFar)
        {
            Add("facts", 96, 3, sheet => OverviewPane.WriteFacts(sheet, view));
            Add("module", 97, 1, sheet => OverviewPane.WriteModule(sheet, view));
            Add("operations", 94, 3, sheet => OverviewPane.WriteOperations(sheet, view));
        }
        if (isFar) { Add("modules", 95, 4, sheet => ModulesPane.Write(sheet, view)); }
        Add("graph", isClose ? 30 : 62, 2, sheet => GraphPane.Write(sheet, view));
        if (isClose) { Add("terms", 92, 3, sheet => TermsPane.Write(sheet, view)); }
        bool isShared = view.Ledger is { Rows.Count: > 2 };
        Add("ledger", isClose ? 45 : isShared ? 80 : 58, 4, sheet => LedgerPane.Write(sheet, view), false, "ledger");
        if (!isClose) { Add("terms", isShared ? 50 : 72, 3, sheet => TermsPane.Write(sheet, view)); }
        Add("proofs", asked is "check" or "check-tensor" ? Asked : 78, 1, sheet => ProofPane.Write(sheet, view), false, "check", "check-tensor");
        Add("line search", 70, 3, sheet => CurvePanes.WriteLineSearch(sheet, view), false, "line-search");
        Add("attention", 66, 4, sheet => TokenPanes.WriteAttention(sheet, view), false, "attention");
        Add("lens", 66, 4, sheet => TokenPanes.WriteLens(sheet, view), false, "lens");
        Add("tokens", 40, 2, sheet => TokenPanes.WriteLosses(sheet, view), false, "tokens");
        if (view.Rule is not null) { Add("forward", 44, 1, sheet => SubjectPane.WriteForward(sheet, view)); }
        Add("notes", 75, 1, sheet => NotesPane.Write(sheet, view));
        bool isNumber = view.Subject is { Stats.Count: 1 };
        if (!isNumber) { Add("heat map", isClose ? 77 : 48, 4, sheet => HeatPane.Write(sheet, view), true, "heat"); }
        Add("flow", 46, 1, sheet => FlowPane.Write(sheet, view));
        if (view.Subject is { } subject && !isNumber)
        {
            if (hasNumbers) { Add("numbers", 35, 1, sheet => SubjectPane.WriteStats(sheet, subject.Stats), true); }
            Add("histogram", 20, 2, sheet => CurvePanes.WriteHistogram(sheet, subject), true, "histogram");
            Add("largest", 15, 1, sheet => CurvePanes.WriteLargest(sheet, subject), true);
        }
        return sections;
    }
}
