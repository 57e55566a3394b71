using System.Text;
using PureLlm.Cli.Rendering;
using PureLlm.Cli.Stepping.Drawing;

namespace PureLlm.Cli.Learning;

/// <summary>Signs of formulas and drawings as a terminal shows them.</summary>
internal static class LessonSigns
{
    /// <summary>The text itself, or where only ASCII is wanted its nearest form in that.</summary>
    public static string Signs(this TextStyle style, string text) => style.Ascii ? AsciiForm.Of(text) : text;
}

/// <summary>Text in one colour.</summary>
internal readonly record struct Span(string Text, Ink Ink = Ink.Plain);

/// <summary>A line of a rendered lesson and the part that it belongs to.</summary>
internal sealed record StyledLine(IReadOnlyList<Span> Spans, LessonPart? Part = null)
{
    public static StyledLine Empty { get; } = new([]);

    public static StyledLine Of(string text, Ink ink = Ink.Plain) => new([new Span(text, ink)]);

    /// <summary>Without colours.</summary>
    public string Text => string.Concat(Spans.Select(span => span.Text));

    /// <summary>With escape sequences where the style has colour.</summary>
    public string Paint(TextStyle style)
    {
        string Painted(Span span) => style.Color && span.Ink != Ink.Plain ? $"\e[{(int)span.Ink}m{span.Text}\e[0m" : span.Text;
        return string.Concat(Spans.Select(Painted)).TrimEnd();
    }
}

/// <summary>Text in colours that is broken into lines at spaces.</summary>
internal sealed class StyledText
{
    private readonly StringBuilder text = new();
    private readonly List<Ink> inks = [];

    public void Add(string added, Ink ink)
    {
        text.Append(added);
        for (int i = 0; i < added.Length; i++) { inks.Add(ink); }
    }

    /// <summary>Lines of at most <paramref name="width"/> columns; '\n' always ends one. A word longer than a line is cut.</summary>
    public IEnumerable<StyledLine> Wrap(int width)
    {
        int start = 0;
        while (start < text.Length)
        {
            int end = start, used = 0, space = -1;
            while (end < text.Length && text[end] != '\n')
            {
                _ = Rune.TryGetRuneAt(text.ToString(end, Math.Min(2, text.Length - end)), 0, out Rune rune);
                int columns = Math.Max(0, DisplayWidth.Of(rune));
                if (used + columns > width && end > start) { break; }
                if (text[end] == ' ') { space = end; }
                used += columns;
                end += Math.Max(1, rune.Utf16SequenceLength);
            }
            bool isBroken = end < text.Length && text[end] is not ('\n' or ' ');
            int cut = isBroken && space > start ? space : end;
            yield return Slice(start, cut);
            start = cut;
            while (start < text.Length && text[start] == ' ') { start++; }
            if (start < text.Length && text[start] == '\n') { start++; }
        }
    }

    private StyledLine Slice(int from, int to)
    {
        List<Span> spans = [];
        for (int i = from, first = from; i < to; i++)
        {
            if (i + 1 == to || inks[i + 1] != inks[first])
            {
                spans.Add(new Span(text.ToString(first, i + 1 - first), inks[first]));
                first = i + 1;
            }
        }
        return new StyledLine(spans);
    }
}
