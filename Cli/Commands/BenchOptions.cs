using System.CommandLine;
using PureLlm.Cli.Benching;

namespace PureLlm.Cli.Commands;

/// <summary>What the benchmarks have in common on a command line: how long, and how the table is written.</summary>
internal sealed class BenchOptions
{
    private readonly Option<bool> quick = new("--quick") { Description = "a glance: fewer, shorter samples" };
    private readonly Option<bool> @long = new("--long") { Description = "tight intervals: many long samples" };
    private readonly Option<bool> markdown = new("--md") { Description = "the table as Markdown" };
    private readonly Option<bool> csv = new("--csv") { Description = "the table as CSV" };

    public void AddTo(Command command, bool hasLength = true)
    {
        foreach (Option option in hasLength ? [quick, @long, markdown, csv] : new Option[] { markdown, csv }) { command.Options.Add(option); }
    }

    public TimingBudget Budget(CommandContext context) => (context.Get(quick), context.Get(@long)) switch
    {
        (true, true) => throw new CliException(ExitCode.Usage, "bench: --quick and --long exclude each other; give one of them"),
        (true, _) => TimingBudget.Quick,
        (_, true) => TimingBudget.Long,
        _ => TimingBudget.Normal,
    };

    public BenchFormat Format(CommandContext context)
    {
        BenchFormat[] wanted = [.. new[] { (context.Json, BenchFormat.Json), (context.Get(markdown), BenchFormat.Markdown), (context.Get(csv), BenchFormat.Csv) }.Where(item => item.Item1).Select(item => item.Item2)];
        return wanted.Length <= 1 ? wanted.FirstOrDefault() : throw new CliException(ExitCode.Usage, "bench: --json, --md and --csv exclude each other; give one of them");
    }

    /// <summary>The report as JSON, or the table that <paramref name="table"/> makes of it.</summary>
    public static void Write(CommandContext context, BenchFormat format, BenchReport report, Func<BenchTable> table)
    {
        if (format == BenchFormat.Json) { context.WriteJson(BenchReport.Schema, report.WriteJson); }
        else { table().Write(context, format); }
    }
}
