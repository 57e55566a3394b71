using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>Who added what to a gradient, in the order of arrival, as a table with its sum and its proof.</summary>
internal static class LedgerPane
{
    private const int MostName = 44;

    public static void Write(Sheet sheet, StepView view)
    {
        if (view.Ledger is not { } ledger) { return; }
        int selected = view.Element is null ? -1 : ledger.Elements.ToList().IndexOf(view.Element.Indices);
        List<string> names = [.. ledger.Rows.Select(row => Name(row)), "finite difference"];
        int name = Math.Clamp(7 + names.Max(sheet.Columns), 26, Math.Max(26, Math.Min(MostName, sheet.Width * 2 / 5)));
        int decimals = Figures.Decimals(ledger.Rows.SelectMany(row => row.Values).Concat(ledger.Gradient), 4);
        string symbol = view.Subject is { Kind: "gradient" } subject && subject.Name == ledger.Tensor ? SubjectPane.Symbol(subject).Replace("∂L/∂", "", StringComparison.Ordinal) : ledger.Tensor;
        List<string> titles = [.. ledger.Elements.Select(element => symbol.Length <= 8 ? $"{symbol}[{element}]" : $"[{element}]")];
        int cell = 2 + Math.Max(titles.Max(sheet.Columns), ledger.Rows.SelectMany(row => row.Values).Concat(ledger.Gradient).Concat(ledger.FiniteDifference).Select(value => sheet.Columns(Figures.Fixed(value, decimals))).DefaultIfEmpty(1).Max());
        int columns = Math.Clamp((sheet.Width - name - 2) / cell, 1, titles.Count), first = selected < columns ? 0 : Math.Min(selected - columns + 1, titles.Count - columns);

        Line head = sheet.Line("ledger", Ink.Bold).Add("  order of arrival", Ink.Dim).To(name);
        for (int c = first; c < first + columns; c++) { head.Right(name + ((c - first + 1) * cell) - 1, titles[c], c == selected ? Ink.Bold : Ink.Dim); }
        string more = $" … {titles.Count - columns} more";
        if (columns < titles.Count && head.Width + sheet.Columns(more) <= sheet.Width) { head.Add(more, Ink.Dim); }
        foreach (LedgerRowView row in ledger.Rows)
        {
            bool isHere = row.Frame == view.Frame.Id;
            Line line = sheet.Line($"{(isHere ? "▶" : " ")}{row.Index,3}  ", isHere ? Ink.Cyan : Ink.Dim);
            line.Add(Cut(sheet, Name(row), name - 1 - line.Width), row.IsPending ? Ink.Dim : isHere ? Ink.Cyan : Ink.Plain);
            if (row.IsPending) { line.To(name + 1).Add("later", Ink.Dim); }
            else { Values(row.Values, line, Ink.Plain, plus: row.Index > 0); }
        }
        sheet.Line(new string(' ', 6)).Add(new string('─', Math.Min(sheet.Width, name + (columns * cell)) - 6), Ink.Dim);
        bool isAsked = Cursor.Parse(view.Cursor).View == "ledger";
        Line total = sheet.Line(Cut(sheet, $"      {(ledger.Rows.Any(row => row.IsPending) ? "in the end " : "")}∂L/∂{symbol}", name - 1), Ink.Bold);
        Values(ledger.Gradient, total, Ink.Bold, plus: false);
        Mark(sheet, total, ledger.Proof);
        if (ledger.FiniteDifference.Count > 0)
        {
            Line differences = sheet.Line("      finite difference", Ink.Dim);
            Values(ledger.FiniteDifference, differences, Ink.Plain, plus: false);
            if (view.Proofs.FirstOrDefault(proof => Shows(view, proof)) is { } proof) { Mark(sheet, differences, proof); }
        }
        if (isAsked || !ledger.Proof.Passed) { ProofPane.WriteOne(sheet, ledger.Proof, 6, hasDetails: true); }

        void Values(IReadOnlyList<double> values, Line line, Ink ink, bool plus)
        {
            for (int c = first; c < first + columns && c < values.Count; c++)
            {
                string text = Figures.Fixed(values[c], decimals, plus && values[c] > 0);
                int end = name + ((c - first + 1) * cell);
                if (c == selected) { line.Right(end, $"▸{text}◂", Ink.Bold); }
                else { line.Right(end - 1, text, values[c] == 0 ? Ink.Dim : ink); }
            }
        }
    }

    /// <summary>Whether a proof is a mark in the ledger: its row of finite differences.</summary>
    public static bool Shows(StepView view, ProofView proof) => view.Ledger is { FiniteDifference.Count: > 0 } && proof is { Name: "finite difference", Passed: true };

    /// <summary>The verdict at a row's end, with its error where there is room.</summary>
    private static void Mark(Sheet sheet, Line line, ProofView proof)
    {
        line.Add(proof.Passed ? "  ✓" : "  ✗", proof.Passed ? Ink.Green : Ink.Red);
        string error = $" {Figures.Error(proof.Error)} {proof.Unit}";
        if (line.Width + sheet.Columns(error) <= sheet.Width) { line.Add(error, Ink.Dim); }
    }

    /// <summary>A text in at most so many columns: a number begins behind it.</summary>
    private static string Cut(Sheet sheet, string text, int columns)
    {
        if (sheet.Columns(text) <= columns) { return text; }
        int length = Math.Clamp(columns, 0, text.Length);
        while (length > 0 && sheet.Columns(text[..length] + "…") > columns) { length--; }
        return text[..length] + "…";
    }

    private static string Name(LedgerRowView row) => row.From == "zero" ? "zero" : $"+= from {row.From}";
}
