using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>The colours of a <see cref="Canvas"/>; the value is the SGR code.</summary>
public enum Ink : byte
{
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Inverse = 7,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Cyan = 36,
}

/// <summary>A screen of characters with colours, that text is written onto and that never overflows.</summary>
public sealed class Canvas(int width, int height)
{
    private readonly string[] glyphs = [.. Enumerable.Repeat(" ", width * height)]; // "" is the second half of a wide character
    private readonly Ink[] inks = new Ink[width * height];

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Writes text from a place on; what does not fit, or must not reach a terminal, is left out. Returns the column after it.</summary>
    public int Write(int x, int y, string text, Ink ink = Ink.Plain)
    {
        if (y < 0 || y >= Height)
        {
            return x;
        }
        foreach (Rune rune in text.EnumerateRunes())
        {
            int columns = DisplayWidth.Of(rune);
            if (columns == 0 && x > 0 && x <= Width)
            {
                glyphs[(y * Width) + x - 1] += rune.ToString();
                continue;
            }
            columns = Math.Abs(columns);
            if (x < 0 || columns == 0)
            {
                x += columns;
                continue;
            }
            if (x + columns > Width)
            {
                return Width;
            }
            glyphs[(y * Width) + x] = DisplayWidth.Of(rune) < 0 ? " " : rune.ToString();
            inks[(y * Width) + x] = ink;
            if (columns == 2)
            {
                glyphs[(y * Width) + x + 1] = "";
                inks[(y * Width) + x + 1] = ink;
            }
            x += columns;
        }
        return x;
    }

    /// <summary>Writes text over several rows, broken at spaces; returns the rows it took, at most <paramref name="rows"/>.</summary>
    public int WriteWrapped(int x, int y, int width, int rows, string text, Ink ink = Ink.Plain)
    {
        int row = 0;
        foreach (string line in Wrap(text, width).Take(rows))
        {
            Write(x, y + row++, line, ink);
        }
        return row;
    }

    /// <summary>Text as rows of at most <paramref name="width"/> columns, broken at spaces where there are any.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        string rest = text.ReplaceLineEndings(" ").Trim();
        while (rest.Length > 0 && width > 1)
        {
            int cut = Fitting(rest, width);
            if (cut < rest.Length && rest.LastIndexOf(' ', cut, cut) is > 0 and int space)
            {
                cut = space;
            }
            yield return rest[..cut];
            rest = rest[cut..].TrimStart();
        }
    }

    /// <summary>A row as text, with colours where asked for, without the spaces at its end.</summary>
    public string Line(int y, bool color)
    {
        int end = Width;
        while (end > 0 && glyphs[(y * Width) + end - 1] is " ")
        {
            end--;
        }
        var text = new StringBuilder();
        Ink current = Ink.Plain;
        for (int x = 0; x < end; x++)
        {
            Ink ink = inks[(y * Width) + x];
            if (color && ink != current)
            {
                text.Append(current == Ink.Plain ? "" : "\e[0m").Append(ink == Ink.Plain ? "" : $"\e[{(int)ink}m");
                current = ink;
            }
            text.Append(glyphs[(y * Width) + x]);
        }
        return text.Append(current == Ink.Plain ? "" : "\e[0m").ToString();
    }

    /// <summary>All rows, one per line, without colours.</summary>
    public override string ToString() => string.Join('\n', Enumerable.Range(0, Height).Select(y => Line(y, color: false)));

    /// <summary>How many characters of the text fit into so many columns.</summary>
    private static int Fitting(string text, int width)
    {
        int used = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            used += Math.Abs(DisplayWidth.Of(rune));
            if (used > width)
            {
                break;
            }
            length += rune.Utf16SequenceLength;
        }
        return length;
    }
}
