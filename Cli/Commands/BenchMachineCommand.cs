using PureLlm.Cli.Benching;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench machine</c>: what this CPU can do at all, and how much two runs of the same code differ on it.</summary>
public sealed class BenchMachineCommand : CliCommand
{
    private readonly BenchOptions options = new();

    public BenchMachineCommand() : base("machine", "multiply-adds, memory, dispatch, noise") => options.AddTo(this);

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm bench machine", "one thread, then all"), ("pure-llm bench machine --threads 2 --quick", "two threads, at a glance")];

    public override int Run(CommandContext context)
    {
        context.RequireCpu("bench machine");
        BenchFormat format = options.Format(context);
        TimingBudget budget = options.Budget(context);
        int[] teams = context.Threads is { } only ? [only] : [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        BenchRow[] rows = [.. teams.SelectMany(threads => MachineBench.Run(threads, budget))];
        BenchReport report = new("machine", rows) { Peak = rows.Max(row => row.Operations / row.Seconds.Min()) };
        if (format == BenchFormat.Json)
        {
            context.WriteJson(BenchReport.Schema, json =>
            {
                report.WriteJson(json);
                context.Devices.SurveyWithProducts.WriteJson(json);
            });
            return ExitCode.Ok;
        }
        Table(rows).Write(context, format);
        if (format is BenchFormat.Text or BenchFormat.Markdown)
        {
            context.Out.WriteLine();
            context.Out.WriteLine(context.Style.Plain($"noise floor (A/A) ±{BenchTable.Percent(report.Noise)}, at most ±{BenchTable.Percent(rows.Max(row => row.Noise))} · {report.Cpu}"));
            foreach (string line in context.Devices.SurveyWithProducts.Lines()) { context.Out.WriteLine(context.Style.Plain($"device  {line}")); }
        }
        return ExitCode.Ok;
    }

    private static BenchTable Table(IEnumerable<BenchRow> rows)
    {
        BenchTable table = new(("ceiling", false), ("of", false), ("size", false), ("thr", true), ("rate", true), ("best", true), ("CV", true), ("A/A", true));
        foreach (BenchRow row in rows)
        {
            table.Add(row.Name, row.Variant, row.Shape, $"{row.Threads}", Rate(row, row.Median), Rate(row, row.Seconds.Min()), BenchTable.Percent(row.Variation), row.Noise > 0 ? $"±{BenchTable.Percent(row.Noise)}" : "–");
        }
        return table;
    }

    private static string Rate(BenchRow row, double seconds) => row.Operations > 0 ? $"{BenchTable.Digits(row.Operations / seconds / 1e9)} GFLOP/s" : row.Bytes > 0 ? $"{BenchTable.Digits(row.Bytes / seconds / 1e9)} GB/s" : BenchTable.Time(seconds);
}
