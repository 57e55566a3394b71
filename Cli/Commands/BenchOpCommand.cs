using System.CommandLine;
using System.Globalization;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench op</c>: every differentiable operation, forward and backward, at the size of a small GPT.</summary>
public sealed class BenchOpCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly Option<string?> filter = new("--filter") { Description = "operations whose name contains this: norm", HelpName = "G" };

    public BenchOpCommand() : base("op", "every operation, forward and backward")
    {
        Options.Add(filter);
        options.AddTo(this);
    }

    public override IReadOnlyList<(string, string)> Examples => [("pure-llm bench op --filter norm", "the three norms")];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        TimingBudget budget = options.Budget(context);
        using Backend backend = context.CreateBackend();
        int threads = context.Threads ?? Environment.ProcessorCount;
        string part = context.Get(filter) ?? "";
        var chosen = OpCases.All.Where(item => item.Example.Op(backend).Name.Contains(part, StringComparison.OrdinalIgnoreCase)).ToList();
        if (chosen.Count == 0)
        {
            throw new CliException(ExitCode.Usage, $"bench op --filter {part}: no operation has that in its name", $"operations: {string.Join(", ", OpCases.All.Select(item => item.Example.Op(backend).Name).Distinct())}");
        }
        using ICeilings ceilings = ICeilings.Of(backend, threads);
        BenchReport report = new("op", [.. chosen.SelectMany(item => OpBench.Run(backend, item.Example, item.Operations, threads, budget, ceilings))]) { Peak = ceilings.Peak };
        BenchOptions.Write(context, format, report, () => Table(report));
        return report.Rows.All(row => row.IsCorrect) ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static BenchTable Table(BenchReport report)
    {
        BenchTable table = new(("operation", false), ("pass", false), ("shapes", false), ("thr", true), ("median", true), ("CV", true), ("GFLOP/s", true), ("GB/s", true), ("% peak", true), ("max rel err", true), ("ok", false));
        foreach (BenchRow row in report.Rows)
        {
            table.Add(row.Name, row.Variant, row.Shape, $"{row.Threads}", BenchTable.Time(row.Median), BenchTable.Percent(row.Variation), BenchTable.Digits(row.Operations / row.Median / 1e9),
                row.Operations > 0 ? "–" : BenchTable.Digits(row.Bytes / row.Median / 1e9), BenchTable.Percent(row.Share, "0"), double.IsNaN(row.Error) ? "–" : row.Error.ToString("0.0e-0", CultureInfo.InvariantCulture), double.IsNaN(row.Error) ? "–" : row.IsCorrect ? "✓" : "✗");
        }
        return table;
    }
}
