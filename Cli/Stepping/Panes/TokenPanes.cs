using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping.Panes;

/// <summary>What is shown token by token: losses, attention, and what the model would say after each part.</summary>
internal static class TokenPanes
{
    private const int Token = 9, Cell = Token + 5;

    /// <summary>Each token with the loss of what follows it, as a bar.</summary>
    public static void WriteLosses(Sheet sheet, StepView view)
    {
        if (view.TokenLosses.Count == 0) { return; }
        double most = view.TokenLosses.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        sheet.Line("loss by token", Ink.Bold);
        for (int t = 0; t < view.TokenLosses.Count; t++)
        {
            int filled = most > 0 && double.IsFinite(view.TokenLosses[t]) ? (int)Math.Round(view.TokenLosses[t] / most * Math.Min(30, Math.Max(4, sheet.Width - 34))) : 0;
            sheet.Line().Right(4, t.ToString(System.Globalization.CultureInfo.InvariantCulture), Ink.Dim).Add("  ").Add(Shown(view.Tokens, t, 16)).To(24).Right(32, Figures.Of(view.TokenLosses[t], 4)).Add("  " + new string('█', filled), Ink.Cyan);
        }
    }

    /// <summary>A head's probabilities, a digit per cell: tenths; "·" below 0.05.</summary>
    public static void WriteAttention(Sheet sheet, StepView view)
    {
        if (view.Attention is not { } map) { return; }
        sheet.Line("attention", Ink.Bold).Add($"  {map.Module}  head {map.Head + 1} of {map.Heads}", Ink.Cyan).Add("  tenths; row asks, column answers; · below 0.05", Ink.Dim);
        int room = Math.Max(1, sheet.Width - 28), wide = 2 * map.Keys <= room ? 2 : 1, columns = Math.Min(map.Keys, room / wide);
        for (int q = 0; q < map.Queries; q++)
        {
            Line line = sheet.Line().Right(4, q.ToString(System.Globalization.CultureInfo.InvariantCulture), Ink.Dim).Add(" ").Add(Shown(view.Tokens, (map.Sequence * map.Queries * map.RowSize) + (q * map.RowSize), 10)).To(16);
            for (int k = 0; k < columns; k++)
            {
                double p = map.Probabilities[(q * map.Keys) + k];
                int tenth = double.IsFinite(p) ? (int)Math.Round(10 * p, MidpointRounding.AwayFromZero) : -1;
                line.Add(new string(' ', wide - 1)).Add(tenth < 0 ? "!" : tenth >= 10 ? "#" : tenth > 0 ? tenth.ToString(System.Globalization.CultureInfo.InvariantCulture) : k > q ? " " : "·", tenth >= 5 ? Ink.Bold : tenth > 0 ? Ink.Cyan : Ink.Dim);
            }
            if (columns < map.Keys) { line.Add(" …", Ink.Dim); }
            if (q < map.Entropy.Count) { line.To(16 + (wide * columns) + 3).Add($"H {Figures.Fixed(map.Entropy[q], 2)}", Ink.Dim); }
        }
    }

    /// <summary>The likeliest token after each part, by position.</summary>
    public static void WriteLens(Sheet sheet, StepView view)
    {
        if (view.Lens is not { Cells.Count: > 0 } lens) { return; }
        int name = Math.Min(22, lens.Layers.Max(layer => layer.Length)) + 2, positions = lens.Cells.Max(cell => cell.Position) + 1, columns = Math.Max(1, Math.Min(positions, (sheet.Width - name) / Cell));
        int start = lens.Cells.Min(cell => cell.Position), first = Math.Max(start, positions - columns);
        sheet.Line("lens", Ink.Bold).Add("  what the model would say if it stopped there, and how sure", Ink.Dim);
        Line head = sheet.Line().To(name);
        for (int p = first; p < positions; p++) { head.Add(Shown(view.Tokens, p, Token), Ink.Dim).To(name + ((p - first + 1) * Cell)); }
        for (int layer = 0; layer < lens.Layers.Count; layer++)
        {
            Line line = sheet.Line(lens.Layers[layer], Ink.Cyan).To(name);
            for (int p = first; p < positions; p++)
            {
                if (lens.Cells.FirstOrDefault(cell => cell.Layer == layer && cell.Position == p) is { } cell)
                {
                    line.Add(TokenText.Safe(Cut(Visible(cell.Token), Token)), cell.Probability >= 0.5 ? Ink.Green : cell.Probability >= 0.2 ? Ink.Yellow : Ink.Dim).To(name + ((p - first) * Cell) + Token + 1).Add((cell.Probability >= 0.995 ? "1.0" : cell.Probability < 0.005 ? " 0" : Figures.Fixed(cell.Probability, 2)[1..]), Ink.Dim);
                }
                line.To(name + ((p - first + 1) * Cell));
            }
        }
        if (lens.Targets is { Count: > 0 } targets)
        {
            Line line = sheet.Line("what follows", Ink.Bold).To(name);
            for (int p = first; p < positions; p++) { line.Add(Shown(targets, p - start, Token), Ink.Bold).To(name + ((p - first + 1) * Cell)); }
        }
        if (first > start) { sheet.Line($"… {first - start} earlier positions", Ink.Dim); }
    }

    private static string Shown(IReadOnlyList<string> tokens, int index, int length) => index < tokens.Count ? Cut(TokenText.Safe(Visible(tokens[index])), length) : "";

    private static string Visible(string token) => token.Replace(' ', '␣').Replace('\n', '⏎');

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
