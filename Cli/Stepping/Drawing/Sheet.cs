using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>Lines that a pane writes for a width, shown on a screen or in a transcript.</summary>
internal sealed class Sheet(int width, bool ascii)
{
    public int Width { get; } = width;

    public bool Ascii { get; } = ascii;

    public List<Line> Lines { get; } = [];

    /// <summary>Begins a line.</summary>
    public Line Line(string text = "", Ink ink = Ink.Plain)
    {
        Line line = Loose(text, ink);
        Lines.Add(line);
        return line;
    }

    /// <summary>A line that is not on the sheet yet.</summary>
    public Line Loose(string text = "", Ink ink = Ink.Plain) => new Line(Ascii).Add(text, ink);

    /// <summary>A paragraph, broken at spaces; the lines after the first begin at <paramref name="indent"/>.</summary>
    public void Paragraph(Line first, int indent, string text, Ink ink = Ink.Plain)
    {
        string shown = Ascii ? AsciiForm.Of(text) : text;
        bool isFirst = true;
        foreach (string part in Canvas.Wrap(shown, Math.Max(8, Width - indent)))
        {
            (isFirst ? first : Line()).To(indent).Add(part, ink);
            isFirst = false;
        }
    }

    /// <summary>Columns that a text takes here.</summary>
    public int Columns(string text) => DisplayWidth.Of(Ascii ? AsciiForm.Of(text) : text);
}
