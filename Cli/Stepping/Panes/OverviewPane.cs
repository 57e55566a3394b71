using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>The levels above the operation: the step in numbers; a module with its operations and parameters.</summary>
internal static class OverviewPane
{
    public static void WriteFacts(Sheet sheet, StepView view)
    {
        if (view.Facts.Count == 0) { return; }
        int name = view.Facts.Max(fact => sheet.Columns(fact.Name)) + 2;
        sheet.Line("the step", Ink.Bold);
        foreach (LineView fact in view.Facts)
        {
            bool isCount = fact.Value == Math.Truncate(fact.Value) && Math.Abs(fact.Value) < 1e15;
            sheet.Line(fact.Name).Right(name + 14, isCount ? Numbers.Count((long)fact.Value) : Trimmed(Figures.Of(fact.Value)), Ink.Bold).Add("   " + fact.Expression, Ink.Dim);
        }
    }

    private static string Trimmed(string number) => number.Contains('.', StringComparison.Ordinal) && !number.Contains('e', StringComparison.Ordinal) ? number.TrimEnd('0').TrimEnd('.') : number;

    public static void WriteModule(Sheet sheet, StepView view)
    {
        if (view.Module is not { } module) { return; }
        sheet.Line(module.Path.Length == 0 ? "(model)" : module.Path, Ink.Bold)
            .Add(module.Parameters.Count == 0 ? "   no parameters of its own" : FormattableString.Invariant($"   ‖∂L‖ {Figures.Of(module.Norm, 4)}, {100 * module.Share:0.0} % of the squared norm"), Ink.Dim);
        foreach (ParameterView parameter in module.Parameters)
        {
            sheet.Line("  ").Add(parameter.Name, Ink.Cyan).To(34).Add(Figures.Shape(parameter.Shape), Ink.Dim).To(48).Add("‖∂L‖ ", Ink.Dim).Add(Figures.Of(parameter.Norm, 4)).To(64).Add(FormattableString.Invariant($"{100 * parameter.Share,5:0.0} %"), Ink.Dim);
        }
    }

    public static void WriteOperations(Sheet sheet, StepView view)
    {
        if (view.Module is not { Operations.Count: > 0 } module) { return; }
        sheet.Line("operations", Ink.Bold);
        foreach (FrameView frame in module.Operations)
        {
            sheet.Line(frame.IsCurrent ? "▶" : " ", Ink.Cyan).Right(5, frame.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), Ink.Dim).Add("  ").Add(frame.Text, frame.IsCurrent ? Ink.Bold : Ink.Plain);
        }
    }
}
