using System.Globalization;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Benching;

/// <summary>How a table of results is written.</summary>
internal enum BenchFormat { Text, Markdown, Csv, Json }

/// <summary>Cells with titles, written for a terminal, as Markdown or as CSV.</summary>
internal sealed class BenchTable(params (string Title, bool IsNumber)[] columns)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Write(CommandContext context, BenchFormat format)
    {
        switch (format)
        {
            case BenchFormat.Csv:
                context.Out.WriteLine(string.Join(',', columns.Select(column => Quoted(column.Title))));
                rows.ForEach(row => context.Out.WriteLine(string.Join(',', row.Select(Quoted))));
                break;
            case BenchFormat.Markdown:
                context.Out.WriteLine($"| {string.Join(" | ", columns.Select(column => column.Title))} |");
                context.Out.WriteLine($"|{string.Join('|', columns.Select(column => column.IsNumber ? "---:" : "---"))}|");
                rows.ForEach(row => context.Out.WriteLine($"| {string.Join(" | ", row)} |"));
                break;
            default:
                var table = new TextTable(columns);
                rows.ForEach(row => table.Add(row));
                table.Write(context.Out, context.Style);
                break;
        }
    }

    /// <summary>"1.23 ms": four digits and a unit.</summary>
    public static string Time(double seconds) => !double.IsFinite(seconds) ? "–"
        : seconds >= 1 ? $"{Digits(seconds)} s" : seconds >= 1e-3 ? $"{Digits(seconds * 1e3)} ms" : seconds >= 1e-6 ? $"{Digits(seconds * 1e6)} µs" : $"{Digits(seconds * 1e9)} ns";

    /// <summary>Three significant digits or all before the point; "–" for nothing.</summary>
    public static string Digits(double value) => !double.IsFinite(value) || value == 0 ? "–" : value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : value >= 1 ? "0.00" : "0.000", Invariant);

    public static string Percent(double share, string format = "0.0") => double.IsFinite(share) ? $"{(100 * share).ToString(format, Invariant)} %" : "–";

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
