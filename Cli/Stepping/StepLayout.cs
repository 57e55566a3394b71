using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;
using PureLlm.Cli.Stepping.Panes;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Stepping;

/// <summary>Lays a view out on a screen of any size: title, tape, main pane, why, keys, and the cursor that one shares.</summary>
internal static class StepLayout
{
    private const int TapeFrom = 96, AsideFrom = 150, AsideWidth = 50, StatsFrom = 14;

    /// <summary>Draws a view.</summary>
    /// <param name="view">What is shown.</param>
    /// <param name="size">Of the window; smaller than 20 × 6 is drawn as if it were that.</param>
    /// <param name="ascii">Whether only ASCII may be used.</param>
    /// <param name="status">A message beside the cursor; empty: none.</param>
    /// <param name="page">0: the parts that matter most; from 1: all of it, page after page.</param>
    /// <param name="overlay">What stands in front of the view; null: nothing.</param>
    public static Canvas Compose(StepView view, ScreenSize size, bool ascii, string status = "", int page = 0, StepOverlay? overlay = null)
    {
        var canvas = new Canvas(Math.Max(20, size.Columns), Math.Max(6, size.Rows));
        int width = canvas.Width, height = canvas.Height;
        bool isLarge = width >= 96 && height >= 28;
        Title(view, width - 2, ascii).Draw(canvas, 1, 0, width - 2);
        int keyRows = isLarge ? 2 : 1, bottom = height - 1 - keyRows;
        DrawRule(canvas, 1, ascii);
        KeyHelp.Draw(canvas, bottom, keyRows, view, ascii);
        DrawStatus(canvas, height - 1, view.Cursor, status, ascii);
        int top = 2;
        if (isLarge) { DrawRule(canvas, --bottom, ascii); }

        if (overlay is not null)
        {
            DrawOverlay(canvas, overlay, top, bottom, ascii, page);
            return canvas;
        }
        bool isPaged = page > 0;
        IReadOnlyList<Section> why = isPaged ? [] : Tight(WhyPane.Sections(view, width - 2, ascii), Math.Max(0, (bottom - top) * (WhyPane.IsInMain(view) ? 1 : 2) / 5));
        int whyRows = why.Sum(section => section.Lines.Count);
        if (whyRows > 0)
        {
            int y = bottom - whyRows;
            foreach (Section section in why)
            {
                foreach (Line line in section.Lines) { line.Draw(canvas, 1, y++, width - 2); }
            }
            bottom -= whyRows + 1;
            DrawRule(canvas, bottom, ascii);
        }
        int left = 1, main = width - 2;
        if (width >= TapeFrom)
        {
            DrawTape(canvas, view, top, bottom, ascii);
            left += TapeWidth(width) + 2;
            main -= TapeWidth(width) + 2;
        }
        DrawMain(canvas, view, left, top, main, bottom, ascii, page);
        return canvas;
    }

    private static void DrawMain(Canvas canvas, StepView view, int left, int top, int width, int bottom, bool ascii, int page)
    {
        bool hasAside = canvas.Width >= AsideFrom && page == 0 && Cursor.Parse(view.Cursor).View is not ("attention" or "lens" or "tokens");
        int main = hasAside ? width - AsideWidth - 2 : width;
        bool hasNumbers = page > 0 || canvas.Width < TapeFrom || bottom - top < StatsFrom;
        IReadOnlyList<Section> sections = StepPage.Sections(view, main, ascii, hasNumbers);
        if (page > 0)
        {
            DrawPage(canvas, [.. sections, .. WhyPane.Sections(view, main, ascii)], left, top, main, bottom, page);
            return;
        }
        List<string> cut = [];
        if (hasAside)
        {
            IReadOnlyList<Section> aside = [.. StepPage.Sections(view, AsideWidth, ascii, hasNumbers).Where(section => section.IsAside)];
            sections = [.. sections.Where(section => !section.IsAside)];
            for (int y = top; y < bottom; y++) { canvas.Write(left + main, y, ascii ? "|" : "│", Ink.Dim); }
            DrawColumn(aside, left + main + 2, AsideWidth);
        }
        DrawColumn(sections, left, main);
        if (cut.Count > 0)
        {
            Line line = new Line(ascii).Add($" … {string.Join(", ", cut)}: space ", Ink.Yellow);
            if (line.Width > main - 4) { line = new Line(ascii).Add($" … {cut.Count} parts more: space ", Ink.Yellow); }
            line.Draw(canvas, Math.Max(left, canvas.Width - 2 - line.Width), bottom, Math.Min(line.Width, main));
        }

        void DrawColumn(IReadOnlyList<Section> parts, int x, int columns)
        {
            (IReadOnlyList<Section> shown, IReadOnlyList<string> missing) = Section.Fit(parts, bottom - top);
            cut.AddRange(missing);
            int y = top;
            foreach (Section section in shown)
            {
                foreach (Line line in section.Lines) { line.Draw(canvas, x, y++, columns); }
                y++;
            }
        }
    }

    private static void DrawPage(Canvas canvas, IReadOnlyList<Section> sections, int left, int top, int width, int bottom, int page)
    {
        List<Line?> lines = [];
        foreach (Section section in sections.Where(section => section.Lines.Count > 0))
        {
            if (lines.Count > 0) { lines.Add(null); }
            lines.AddRange(section.Lines);
        }
        int rows = Math.Max(1, bottom - top), pages = ((lines.Count - 1) / rows) + 1, shown = Math.Min(page, pages) - 1;
        for (int i = 0; i < rows && (shown * rows) + i < lines.Count; i++) { lines[(shown * rows) + i]?.Draw(canvas, left, top + i, width); }
        if (pages > 1) { canvas.Write(left, bottom, FormattableString.Invariant($" page {shown + 1} of {pages}: space "), Ink.Yellow); }
    }

    /// <summary>Parts without empty rows between them.</summary>
    private static List<Section> Tight(IReadOnlyList<Section> sections, int rows)
    {
        List<Section> shown = [.. sections.Where(section => section.Lines.Count > 0)];
        while (shown.Count > 0 && shown.Sum(section => section.Lines.Count) > rows)
        {
            int excess = shown.Sum(section => section.Lines.Count) - rows;
            Section last = shown.MinBy(section => section.Importance)!;
            int kept = last.Lines.Count - excess, place = shown.IndexOf(last);
            if (kept >= last.Minimum && kept > 0) { shown[place] = last with { Lines = [.. last.Lines.Take(kept)] }; }
            else { shown.RemoveAt(place); }
        }
        return shown;
    }

    /// <summary>The first line: where the step comes from and its loss at the left, the frame at the right.</summary>
    public static Line Title(StepView view, int width, bool ascii)
    {
        Line right = new Line(ascii).Add(FormattableString.Invariant($"frame {view.Frame.Index}/{view.FrameCount - 1} ")).Add(Arrow(view.Frame.Kind) + view.Frame.Kind, Ink.Bold).Add(view.Level == "op" ? "" : $" {Dot(ascii)} {view.Level}", Ink.Cyan);
        string floor = view.Floor is { } best ? $" (floor {Figures.Of(best, 4)})" : "", last = view.LastStep is { } final ? FormattableString.Invariant($"/{final}") : "";
        string[] parts = ["pure-llm step", view.Title, FormattableString.Invariant($"step {view.Step}{last}"), $"loss {Figures.Fixed(view.Loss, 6)}{floor}"];
        var line = new Line(ascii);
        for (int first = 0; first < parts.Length; first++)
        {
            var left = new Line(ascii);
            for (int i = first; i < parts.Length; i++) { left.Add(i > first ? $" {Dot(ascii)} " : "").Add(parts[i], i is 0 or 3 ? Ink.Bold : Ink.Plain); }
            if (left.Width + 2 + right.Width <= width)
            {
                line.Add(left);
                break;
            }
        }
        return line.To(width - right.Width).Add(right);
    }

    /// <summary>A screen with one message.</summary>
    public static Canvas Message(string text, ScreenSize size, bool ascii)
    {
        var canvas = new Canvas(Math.Max(20, size.Columns), Math.Max(6, size.Rows));
        new Line(ascii).Add(text, Ink.Yellow).Draw(canvas, 1, canvas.Height - 1, canvas.Width - 2);
        return canvas;
    }

    private static void DrawOverlay(Canvas canvas, StepOverlay overlay, int top, int bottom, bool ascii, int page)
    {
        var sheet = new Sheet(canvas.Width - 4, ascii);
        overlay.Write(sheet);
        DrawPage(canvas, [new Section(overlay.Title, 0, 0, overlay.Title.Length > 0 ? [new Line(ascii).Add(overlay.Title, Ink.Bold), .. sheet.Lines] : sheet.Lines)], 2, top, canvas.Width - 4, bottom, Math.Max(1, page));
    }

    private static int TapeWidth(int width) => Math.Clamp(27 + ((width - 100) / 3), 26, 40);

    private static void DrawTape(Canvas canvas, StepView view, int top, int bottom, bool ascii)
    {
        int width = TapeWidth(canvas.Width);
        var sheet = new Sheet(width - 1, ascii);
        Sheet stats = Numbers(view, width, ascii);
        sheet.Line(" TAPE", Ink.Bold);
        int rows = bottom - top - 1 - (bottom - top >= StatsFrom ? stats.Lines.Count : 0);
        TapePane.Write(sheet, view, Math.Max(1, rows));
        if (bottom - top >= StatsFrom)
        {
            while (sheet.Lines.Count <= rows) { sheet.Line(); }
            sheet.Lines.AddRange(stats.Lines);
        }
        for (int y = top; y < bottom; y++)
        {
            if (y - top < sheet.Lines.Count) { sheet.Lines[y - top].Draw(canvas, 0, y, width); }
            canvas.Write(width + 1, y, ascii ? "|" : "│", Ink.Dim);
        }
    }

    /// <summary>The subject's numbers as they stand below the tape.</summary>
    private static Sheet Numbers(StepView view, int width, bool ascii)
    {
        var sheet = new Sheet(width - 2, ascii);
        if (view.Subject is { Stats.Count: > 1 } subject && !SubjectPane.IsHidden(subject.Stats))
        {
            sheet.Line();
            sheet.Line(" NUMBERS", Ink.Bold).Add("  of " + SubjectPane.Symbol(subject), Ink.Dim);
            var inner = new Sheet(width - 3, ascii);
            SubjectPane.WriteStats(inner, subject.Stats);
            foreach (Line line in inner.Lines) { sheet.Line(" ").Add(line); }
        }
        return sheet;
    }

    private static void DrawStatus(Canvas canvas, int y, string cursor, string status, bool ascii)
    {
        Line line = new Line(ascii).Add("at ", Ink.Dim).Add(cursor, Ink.Cyan);
        if (status.Length > 0) { line.Add("   ").Add(status, Ink.Yellow); }
        line.Draw(canvas, 1, y, canvas.Width - 2);
    }

    private static void DrawRule(Canvas canvas, int y, bool ascii) => canvas.Write(0, y, new string(ascii ? '-' : '─', canvas.Width), Ink.Dim);

    private static string Dot(bool ascii) => ascii ? "-" : "·";

    private static string Arrow(string kind) => kind switch { "forward" => "▶ ", "backward" or "seed" or "accumulate" => "◀ ", "update" or "clip" => "▲ ", _ => "" };
}
