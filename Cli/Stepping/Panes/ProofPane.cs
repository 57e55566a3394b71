using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Claims with their numbers: a mark, what was compared, how far apart it is, how far it may be.</summary>
internal static class ProofPane
{
    public static void Write(Sheet sheet, StepView view)
    {
        bool hasDetails = view.Level is "element" or "term" || Cursor.Parse(view.Cursor).View.StartsWith("check", StringComparison.Ordinal);
        foreach (ProofView proof in view.Proofs.Where(proof => hasDetails || !LedgerPane.Shows(view, proof))) { WriteOne(sheet, proof, 0, hasDetails); }
    }

    public static void WriteOne(Sheet sheet, ProofView proof, int indent, bool hasDetails)
    {
        Line line = sheet.Line(new string(' ', indent)).Add(proof.Passed ? "✓" : "✗", proof.Passed ? Ink.Green : Ink.Red).Add($" {proof.Name}", proof.Passed ? Ink.Plain : Ink.Red);
        line.Add($"  {Figures.Of(proof.Actual)}", Ink.Bold).Add(!proof.Passed ? " ≠ " : Figures.Of(proof.Actual) == Figures.Of(proof.Expected) ? " = " : " ≈ ", Ink.Dim).Add(Figures.Of(proof.Expected));
        Line distance = sheet.Loose($"{Figures.Error(proof.Error)} {proof.Unit}".TrimEnd(), Ink.Dim).Add(proof.Passed ? $" ≤ {Figures.Error(proof.Tolerance)}" : $" > {Figures.Error(proof.Tolerance)}", proof.Passed ? Ink.Dim : Ink.Red);
        if (line.Width + 3 + distance.Width > sheet.Width) { line = sheet.Line().To(indent - 1); }
        line.Add("   ").Add(distance);
        if (proof.Detail.Length > 0 && (hasDetails || !proof.Passed))
        {
            if (line.Width + 3 + sheet.Columns(proof.Detail) <= sheet.Width) { line.Add($"   {proof.Detail}", Ink.Dim); }
            else { sheet.Paragraph(sheet.Line(), indent + 2, proof.Detail, Ink.Dim); }
        }
    }
}
