using System.Text;

namespace PureLlm.Engine.Configuration;

/// <summary>A diagnostic as plain text, with the line at fault and a caret under it.</summary>
public static class DiagnosticRenderer
{
    private const int LongestLine = 160;

    /// <summary>All diagnostics, an empty line between two.</summary>
    public static string Render(IEnumerable<Diagnostic> diagnostics, bool ascii = false) =>
        string.Join("\n", diagnostics.Select(diagnostic => Render(diagnostic, ascii)));

    /// <summary>One diagnostic, ending in a line break.</summary>
    public static string Render(Diagnostic diagnostic, bool ascii = false)
    {
        var text = new StringBuilder();
        text.Append("error[").Append(diagnostic.Code).Append("]: ").Append(diagnostic.Message).Append('\n');
        DiagnosticLabel[] labels = [diagnostic.Primary, .. diagnostic.Secondary];
        int gutter = labels.Max(label => label.Span.Source is null ? 1 : label.Span.Line.ToString().Length);
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i].Span.Source is not null)
            {
                AppendLabel(text, labels[i], Math.Max(gutter, 2), i == 0 ? '^' : '-', ascii);
            }
        }
        if (diagnostic.Help is not null)
        {
            text.Append(' ', Math.Max(gutter, 2)).Append("= help: ").Append(diagnostic.Help.Replace("\n", "\n" + new string(' ', Math.Max(gutter, 2) + 8), StringComparison.Ordinal)).Append('\n');
        }
        return text.ToString();
    }

    private static void AppendLabel(StringBuilder text, DiagnosticLabel label, int gutter, char mark, bool ascii)
    {
        (SourceSpan span, SourceText source) = (label.Span, label.Span.Source!);
        string line = source.Line(span.Line);
        int start = Math.Min(span.Start - source.StartOf(span.Line), line.Length);
        int length = Math.Clamp(span.Length, 0, line.Length - start);
        if (line.Length > LongestLine)
        {
            int from = Math.Clamp(start - (LongestLine / 2), 0, line.Length - LongestLine);
            line = line.Substring(from, LongestLine);
            start -= from;
            length = Math.Min(length, LongestLine - start);
        }
        string bar = ascii ? "|" : "│";
        text.Append(' ', gutter).Append(ascii ? "--> " : "┌─ ").Append(span).Append('\n');
        text.Append(span.Line.ToString().PadLeft(gutter)).Append(bar).Append(' ').Append(Printable(line)).Append('\n');
        text.Append(' ', gutter).Append(bar).Append(' ').Append(' ', Columns(line.AsSpan(0, start)));
        text.Append(mark, Math.Max(1, Columns(line.AsSpan(start, length))));
        text.Append(label.Note.Length > 0 ? " " : "").Append(label.Note).Append('\n');
    }

    private static string Printable(string line) => string.Create(line.Length, line, (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = source[i] == '\t' ? ' ' : char.IsControl(source[i]) ? '\uFFFD' : source[i];
        }
    });

    /// <summary>Terminal columns: 0 for a combining mark, 2 for a wide East Asian character or an emoji, else 1.</summary>
    private static int Columns(ReadOnlySpan<char> text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int c = rune.Value;
            bool isMark = Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format;
            bool isWide = c is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
                or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
            columns += isMark ? 0 : isWide ? 2 : 1;
        }
        return columns;
    }
}
