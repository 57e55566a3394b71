using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Comparing;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Two places side by side, and what follows from another value of one element.</summary>
internal static class ComparePanes
{
    private const int Number = 14;

    public static void WriteDiff(Sheet sheet, StepDiffView diff)
    {
        sheet.Line("A  ", Ink.Dim).Add(diff.A.Cursor, Ink.Cyan).To(36).Add($"{diff.A.Kind} of {diff.A.Tensor}").To(64).Add($"loss {Figures.Fixed(diff.A.Loss, 6)}", Ink.Dim);
        sheet.Line("B  ", Ink.Dim).Add(diff.B.Cursor, Ink.Cyan).To(36).Add($"{diff.B.Kind} of {diff.B.Tensor}").To(64).Add($"loss {Figures.Fixed(diff.B.Loss, 6)}", Ink.Dim);
        sheet.Line();
        Fact(sheet, "cos(A, B)", diff.Cosine, "1: the same direction, −1: the opposite one");
        Fact(sheet, "‖A‖", diff.NormA, "");
        Fact(sheet, "‖B‖", diff.NormB, "");
        Fact(sheet, "‖B − A‖", diff.Distance, "");
        if (diff.GradientCosine is { } gradients) { Fact(sheet, "cos of ∂L", gradients, "the gradients of the two tensors"); }
        if (diff.WholeGradientCosine is { } whole) { Fact(sheet, "cos of all ∂L", whole, "the gradients of all parameters together"); }
        Fact(sheet, "signs flipped", diff.SignsFlipped, "");
        sheet.Line();
        Words(sheet, diff.ReadAs);
        sheet.Line("element", Ink.Bold).Right(14 + Number, "A", Ink.Dim).Right(14 + (2 * Number), "B", Ink.Dim).Right(14 + (3 * Number), "B − A", Ink.Dim).Right(14 + (4 * Number), "B/A", Ink.Dim);
        foreach (DiffCellView cell in (DiffCellView[])[diff.Element, .. diff.Largest.Where(cell => cell.Element != diff.Element.Element).Take(8)])
        {
            bool isSelected = cell == diff.Element;
            sheet.Line(isSelected ? "▶ " : "  ", Ink.Cyan).Add($"[{cell.Element}]", isSelected ? Ink.Bold : Ink.Plain).Right(14 + Number, Figures.Of(cell.A)).Right(14 + (2 * Number), Figures.Of(cell.B))
                .Right(14 + (3 * Number), Figures.Of(cell.Difference, 6, plus: true), cell.Difference < 0 ? Ink.Blue : Ink.Yellow).Right(14 + (4 * Number), Figures.Of(cell.Ratio, 4), Ink.Dim);
        }
        sheet.Line();
        if (diff.Difference.Values.Count > 1)
        {
            HeatPane.Write(sheet, "B − A", diff.Difference);
            sheet.Line();
            HeatPane.Write(sheet, "log₂|B/A|  0: the same size, 1: twice", diff.Ratio);
        }
    }

    public static void WriteWhatIf(Sheet sheet, WhatIfView view)
    {
        sheet.Line("what if ", Ink.Dim).Add($"{view.Tensor}[{view.Element}]", Ink.Bold).Add(" were ", Ink.Dim).Add(Figures.Of(view.After), Ink.Bold).Add($" in place of {Figures.Of(view.Before)}", Ink.Dim).Add("   nothing is changed in the run", Ink.Dim);
        sheet.Line();
        Fact(sheet, "loss", view.LossBefore, "as it was, in float64", 9);
        Fact(sheet, "loss", view.LossAfter, "with the other value", 9);
        Fact(sheet, "change", view.Change, "", 9);
        if (view.Predicted is { } predicted) { Fact(sheet, "predicted", predicted, $"gradient {Figures.Of(view.Gradient ?? 0)} × the change of the value"); }
        if (view.Slope is { } slope) { Fact(sheet, "slope", slope, "change of the loss / change of the value: a finite difference by hand"); }
        sheet.Line();
        Words(sheet, view.ReadAs);
        int name = Math.Min(34, view.Changed.Select(tensor => sheet.Columns(tensor.Name)).DefaultIfEmpty(8).Max()) + 2;
        sheet.Line("what changes", Ink.Bold).Right(name + 16, "values", Ink.Dim).Right(name + 32, "largest change", Ink.Dim);
        foreach (ChangedTensorView tensor in view.Changed)
        {
            Line line = sheet.Line(tensor.Name, Ink.Cyan).Right(name + 16, $"{Numbers.Count(tensor.Changed)} of {Numbers.Count(tensor.Count)}").Right(name + 32, Figures.Of(tensor.MaxAbs, 4));
            if (tensor.Largest.Count > 0) { line.Add($"  [{tensor.Largest[0].Element}] {Figures.Of(tensor.Largest[0].Before, 4)} → {Figures.Of(tensor.Largest[0].After, 4)}", Ink.Dim); }
        }
        if (view.Changed.Count > 0 && view.Changed[0] is { Difference: { } map } edited && map.Values.Count > 1)
        {
            sheet.Line();
            HeatPane.Write(sheet, $"change of {edited.Name}", map);
        }
    }

    private static void Fact(Sheet sheet, string name, double value, string meaning, int digits = 6) => sheet.Line(name).Right(14 + Number, Figures.Of(value, digits), Ink.Bold).Add(meaning.Length > 0 ? $"   {meaning}" : "", Ink.Dim);

    private static void Words(Sheet sheet, IReadOnlyList<string> sentences)
    {
        foreach (string sentence in sentences) { sheet.Paragraph(sheet.Line(), 0, sentence); }
        if (sentences.Count > 0) { sheet.Line(); }
    }
}
