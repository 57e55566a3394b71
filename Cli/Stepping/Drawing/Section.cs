namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>A part of the main pane: what it shows, how much it matters when there is little room, and where it may stand.</summary>
/// <param name="Name">What one calls it: "ledger".</param>
/// <param name="Importance">The least important one is shortened first, then left out.</param>
/// <param name="Minimum">Lines that it needs to make sense.</param>
/// <param name="Lines">All of it.</param>
/// <param name="IsAside">May stand in the column at the right of a wide screen.</param>
internal sealed record Section(string Name, int Importance, int Minimum, IReadOnlyList<Line> Lines, bool IsAside = false)
{
    /// <summary>Sections that fit into so many rows with an empty row between them, in their order, and the names of those that had to be shortened or left out.</summary>
    public static (IReadOnlyList<Section> Shown, IReadOnlyList<string> Cut) Fit(IReadOnlyList<Section> sections, int rows)
    {
        List<Section> shown = [.. sections.Where(section => section.Lines.Count > 0)];
        List<string> cut = [];
        while (shown.Count > 0 && Height(shown) > rows)
        {
            int excess = Height(shown) - rows;
            Section last = shown.MinBy(section => section.Importance)!;
            int kept = last.Lines.Count - excess;
            int place = shown.IndexOf(last);
            if (!cut.Contains(last.Name)) { cut.Add(last.Name); }
            if (kept >= last.Minimum && kept > 0)
            {
                shown[place] = last with { Lines = [.. last.Lines.Take(kept)] };
            }
            else if (shown.Count == 1) { shown[place] = last with { Lines = [.. last.Lines.Take(Math.Max(0, rows))] }; break; }
            else { shown.RemoveAt(place); }
        }
        return (shown, cut);
    }

    /// <summary>Rows that sections take with an empty row between them.</summary>
    public static int Height(IReadOnlyList<Section> sections) => sections.Sum(section => section.Lines.Count) + Math.Max(0, sections.Count - 1);
}
