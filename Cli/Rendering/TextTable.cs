using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>A plain table: columns as wide as their longest cell, numbers to the right.</summary>
internal sealed class TextTable(params (string Title, bool IsNumber)[] columns)
{
    private readonly List<(string[] Cells, Func<string, string>? Paint)> rows = [];

    /// <summary>Adds a row; <paramref name="paint"/> colours its line.</summary>
    public void Add(Func<string, string>? paint, params string[] cells) => rows.Add((cells, paint));

    public void Add(params string[] cells) => Add(null, cells);

    public void Write(TextWriter output, TextStyle style)
    {
        string[] titles = [.. columns.Select(column => column.Title)];
        int[] widths = [.. columns.Select((column, i) => Math.Max(Width(column.Title), rows.Select(row => Width(row.Cells[i])).DefaultIfEmpty(0).Max()))];
        output.WriteLine(style.Plain(style.Dim(Line(titles, widths))));
        foreach ((string[] cells, Func<string, string>? paint) in rows)
        {
            string line = Line(cells, widths);
            output.WriteLine(style.Plain(paint is null ? line : paint(line)));
        }
    }

    private string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < cells.Length; i++)
        {
            string gap = new(' ', widths[i] - Width(cells[i]));
            line.Append(i == 0 ? "" : "  ").Append(columns[i].IsNumber ? gap + cells[i] : cells[i] + gap);
        }
        return line.ToString().TrimEnd();
    }

    private static int Width(string text) => text.EnumerateRunes().Sum(rune => Math.Max(0, DisplayWidth.Of(rune)));
}
