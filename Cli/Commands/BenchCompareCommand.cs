using System.CommandLine;
using System.Globalization;
using PureLlm.Cli.Benching;
using PureLlm.Cli.Rendering;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench compare A B</c>: two results of --json, row by row; a gate for scripts.</summary>
public sealed class BenchCompareCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly Argument<string> before = new("a.json") { Description = "the result to compare with" };
    private readonly Argument<string> after = new("b.json") { Description = "the result to judge" };
    private readonly Option<string?> failOver = new("--fail-over") { Description = "end with 6 where a row is slower by more than this", HelpName = "5%" };

    public BenchCompareCommand() : base("compare", "did it get faster? two results, row by row")
    {
        Arguments.Add(before);
        Arguments.Add(after);
        Options.Add(failOver);
        options.AddTo(this, hasLength: false);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm bench compare a.json b.json --fail-over 5%", "a gate")];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        double limit = context.Get(failOver) is { } text ? Share(text) : double.PositiveInfinity;
        (string a, string b) = (context.Get(before)!, context.Get(after)!);
        BenchReport first = BenchReport.Read(context.FullPath(a), a), second = BenchReport.Read(context.FullPath(b), b);
        IReadOnlyList<RowComparison> rows = RowComparison.Of(first, second);
        if (rows.Count == 0) { throw new CliException(ExitCode.Input, $"{a} ({first.Kind}) and {b} ({second.Kind}) have no row in common: name, variant, shape and threads must agree"); }
        int failed = rows.Count(row => row.IsSlowerBy(limit));
        if (format == BenchFormat.Json) { WriteJson(context, rows, limit, failed); }
        else { Table(rows, limit, context.Style).Write(context, format); }
        if (first.Cpu != second.Cpu) { context.Note($"note: measured on different machines: {first.Cpu} | {second.Cpu}"); }
        int unmatched = first.Rows.Count + second.Rows.Count - (2 * rows.Count);
        context.Note($"{rows.Count(row => row.IsSignificant && row.Change < 0)} faster, {rows.Count(row => row.IsSignificant && row.Change > 0)} slower, {rows.Count(row => !row.IsSignificant)} the same (~){(unmatched > 0 ? $", {unmatched} in one file only" : "")}{(failed > 0 ? $"; {failed} slower by more than {BenchTable.Percent(limit, "0.##")}" : "")}");
        return failed > 0 ? ExitCode.CheckFailed : ExitCode.Ok;
    }

    private static BenchTable Table(IReadOnlyList<RowComparison> rows, double limit, TextStyle style)
    {
        BenchTable table = new(("name", false), ("variant", false), ("shape", false), ("thr", true), ("a", true), ("b", true), ("change", true), ("95 % CI", true), ("p", true), ("", false));
        foreach (RowComparison row in rows)
        {
            string verdict = !row.IsSignificant ? "~" : row.IsSlowerBy(limit) ? "✗ slower" : row.Change > 0 ? "slower" : "faster";
            table.Add(row.A.Name, row.A.Variant, row.A.Shape, $"{row.A.Threads}", BenchTable.Time(row.A.Median), BenchTable.Time(row.B.Median), Signed(row.Change), $"{Signed(row.Interval.Low)} – {Signed(row.Interval.High)}", row.P.ToString(row.P < 0.001 ? "0.0e-0" : "0.000", CultureInfo.InvariantCulture), verdict);
        }
        return table;
    }

    private static void WriteJson(CommandContext context, IReadOnlyList<RowComparison> rows, double limit, int failed) => context.WriteJson("bench-compare", json =>
    {
        json.WriteBoolean("ok", failed == 0);
        if (double.IsFinite(limit)) { json.WriteNumber("fail_over", limit); }
        json.WriteStartArray("rows");
        foreach (RowComparison row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.A.Name);
            json.WriteString("variant", row.A.Variant);
            json.WriteString("shape", row.A.Shape);
            json.WriteNumber("threads", row.A.Threads);
            json.WriteNumber("a_seconds", row.A.Median);
            json.WriteNumber("b_seconds", row.B.Median);
            json.WriteNumber("change", row.Change);
            json.WriteNumber("low", row.Interval.Low);
            json.WriteNumber("high", row.Interval.High);
            json.WriteNumber("p", row.P);
            json.WriteBoolean("significant", row.IsSignificant);
            json.WriteBoolean("ok", !row.IsSlowerBy(limit));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Signed(double share) => $"{(share >= 0 ? "+" : "")}{BenchTable.Percent(share)}";

    private static double Share(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent >= 0 ? percent / 100
        : throw new CliException(ExitCode.Usage, $"bench compare --fail-over {text}: give a percentage, such as 5%");
}
