using System.Text;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>A line of text in pieces of one colour each; what does not fit where it is drawn ends with "…".</summary>
internal sealed class Line(bool ascii)
{
    private readonly List<(string Text, Ink Ink)> pieces = [];

    /// <summary>Columns so far.</summary>
    public int Width { get; private set; }

    /// <summary>The text without colours.</summary>
    public string Text => string.Concat(pieces.Select(piece => piece.Text));

    public Line Add(string text, Ink ink = Ink.Plain)
    {
        string shown = ascii ? AsciiForm.Of(text) : text;
        if (shown.Length > 0)
        {
            pieces.Add((shown, ink));
            Width += DisplayWidth.Of(shown);
        }
        return this;
    }

    /// <summary>Spaces up to a column; nothing where the line is already there.</summary>
    public Line To(int column) => column > Width ? Add(new string(' ', column - Width)) : this;

    /// <summary>Text that ends before a column, where there is room for it.</summary>
    public Line Right(int column, string text, Ink ink = Ink.Plain) => To(column - DisplayWidth.Of(ascii ? AsciiForm.Of(text) : text)).Add(text, ink);

    /// <summary>Adds the pieces of another line.</summary>
    public Line Add(Line other)
    {
        foreach ((string text, Ink ink) in other.pieces) { Add(text, ink); }
        return this;
    }

    /// <summary>Draws at a place, at most <paramref name="width"/> columns.</summary>
    public void Draw(Canvas canvas, int x, int y, int width)
    {
        string end = ascii ? "..." : "…";
        int room = Width <= width ? width : Math.Max(0, width - end.Length), left = room;
        foreach ((string text, Ink ink) in pieces)
        {
            string shown = Fitting(text, left);
            x = canvas.Write(x, y, shown, ink);
            left -= DisplayWidth.Of(shown);
            if (shown.Length < text.Length) { break; }
        }
        if (Width > width) { canvas.Write(x, y, end, Ink.Dim); }
    }

    private static string Fitting(string text, int columns)
    {
        int used = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            used += Math.Abs(DisplayWidth.Of(rune));
            if (used > columns) { break; }
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }
}
