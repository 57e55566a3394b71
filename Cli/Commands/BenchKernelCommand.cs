using System.CommandLine;
using PureLlm.Cli.Benching;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench kernel</c>: the vector widths of this CPU against each other and against the textbook.</summary>
public sealed class BenchKernelCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly Option<string?> filter = new("--filter") { Description = "kernels whose name contains this: matmul", HelpName = "G" };
    private readonly Option<string> baseline = new("--baseline") { Description = $"what the others are compared with ({KernelArm.TextbookName})", HelpName = "V", DefaultValueFactory = _ => KernelArm.TextbookName };
    private readonly Option<string?> shape = new("--shape") { Description = "MxNxK, rows x columns, or BxTxHxD (attention)", HelpName = "S" };

    private readonly Option<bool> asm = new("--asm") { Description = "the machine code of the hot loops instead of times" };

    public BenchKernelCommand() : base("kernel", "every vector width against the textbook")
    {
        baseline.CompletionSources.Add([.. KernelBench.Variants]);
        foreach (Option option in new Option[] { filter, baseline, shape, asm }) { Options.Add(option); }
        options.AddTo(this);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm bench kernel --filter matmul --quick", "all widths on the products"),
        ("pure-llm bench kernel --shape 512x512x512 --threads 2", "one shape, two threads"),
        ("pure-llm bench kernel --filter silu --asm", "what the JIT compiler made"),
    ];

    public override IReadOnlyList<string> Notes => ["On one thread unless --threads says more. Ends with 6 where a result is wrong."];

    public override int Run(CommandContext context)
    {
        context.RequireCpu("bench kernel");
        BenchFormat format = options.Format(context);
        TimingBudget budget = options.Budget(context);
        string reference = context.Get(baseline)!;
        if (!KernelBench.Variants.Contains(reference))
        {
            throw new CliException(ExitCode.Usage, $"bench kernel --baseline {reference}: this CPU has {string.Join(", ", KernelBench.Variants)}");
        }
        IReadOnlyList<KernelCase> kernels = Chosen(context);
        if (HotLoops.IsRequested)
        {
            RunOnce(kernels);
            return ExitCode.Ok;
        }
        if (context.Get(asm))
        {
            WriteLoops(context);
            return ExitCode.Ok;
        }
        int threads = context.Threads ?? 1;
        using MachineCeilings ceilings = new(threads);
        List<BenchRow> rows = [];
        foreach (KernelCase kernel in kernels)
        {
            context.Note($"{kernel.Name} {kernel.Shape}");
            rows.AddRange(KernelBench.Run(kernel, reference, threads, budget, ceilings));
        }
        BenchReport report = new("kernel", rows) { Peak = ceilings.Peak };
        BenchOptions.Write(context, format, report, () => Table(report, reference));
        if (format is BenchFormat.Text or BenchFormat.Markdown)
        {
            int excluded = rows.Count(row => row.IsExcluded);
            context.Out.WriteLine();
            context.Out.WriteLine(context.Style.Plain($"noise floor (A/A) ±{BenchTable.Percent(report.Noise)} · differences below it are printed as \"~\" · {excluded} of {rows.Count} rows excluded: CV > {BenchTable.Percent(BenchRow.MostVariation, "0")}{(excluded > 0 ? " (machine busy)" : "")}"));
            context.Out.WriteLine(context.Style.Plain($"peak: {BenchTable.Digits(ceilings.Peak / 1e9)} GFLOP/s of multiply-adds, or the copy bandwidth at the kernel's size, on {threads} thread{(threads == 1 ? "" : "s")}"));
        }
        return rows.All(row => row.IsCorrect) ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static void RunOnce(IReadOnlyList<KernelCase> kernels)
    {
        foreach (KernelCase kernel in kernels)
        {
            using KernelArm arm = new(kernel, CpuFeatures.Width, 1, kernel.Values());
            arm.Body();
        }
    }

    private void WriteLoops(CommandContext context)
    {
        List<string> arguments = ["bench", "kernel"];
        if (context.Get(filter) is { } part) { arguments.AddRange(["--filter", part]); }
        if (context.Get(shape) is { } size) { arguments.AddRange(["--shape", size]); }
        foreach (HotLoops.Loop loop in HotLoops.Of(arguments))
        {
            context.Out.WriteLine(context.Style.Plain($"{loop.Method}\n  innermost loop: {loop.Instructions} instructions, {loop.VectorInstructions} of them on vectors"));
            foreach (string line in loop.Lines) { context.Out.WriteLine(context.Style.Plain(line)); }
            context.Out.WriteLine();
        }
    }

    private static BenchTable Table(BenchReport report, string reference)
    {
        BenchTable table = new(("kernel", false), ("isa", false), ("shape", false), ("thr", true), ("median", true), ("95 % CI", true), ("CV", true), ("GFLOP/s", true), ("GB/s", true), ("% peak", true), ($"vs {reference}", true), ("max rel err", true), ("ok", false));
        foreach (BenchRow row in report.Rows)
        {
            Interval interval = SampleStatistics.MedianInterval(row.Seconds);
            string speedup = row.IsExcluded ? "excluded" : row.Variant == reference ? "1.00×" : row.IsSameAsBaseline ? "~" : $"{BenchTable.Digits(row.Speedup)}×";
            table.Add(row.Name, row.Variant, row.Shape, $"{row.Threads}", BenchTable.Time(row.Median), $"{BenchTable.Time(interval.Low)} – {BenchTable.Time(interval.High)}", BenchTable.Percent(row.Variation),
                BenchTable.Digits(row.Operations / row.Median / 1e9), row.Operations > 0 ? "–" : BenchTable.Digits(row.Bytes / row.Median / 1e9), BenchTable.Percent(row.Share, "0"), speedup,
                row.Error == 0 ? "0" : row.Error.ToString("0.0e-0", System.Globalization.CultureInfo.InvariantCulture), row.Variant == KernelArm.TextbookName ? "–" : row.IsCorrect ? "✓" : "✗");
        }
        return table;
    }

    private IReadOnlyList<KernelCase> Chosen(CommandContext context)
    {
        IReadOnlyList<KernelCase> all = context.Get(shape) is { } text ? KernelCases.Of(text) : KernelCases.All;
        if (context.Get(filter) is not { } part) { return all; }
        KernelCase[] chosen = [.. all.Where(kernel => kernel.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
        string[] names = [.. all.Select(kernel => kernel.Name).Distinct()];
        return chosen.Length > 0 ? chosen
            : throw new CliException(ExitCode.Usage, $"bench kernel --filter {part}: no kernel{(context.Get(shape) is null ? "" : " of this shape")} has that in its name{(Spelling.Nearest(part, names) is { } near ? $"; did you mean {near}?" : "")}", "pure-llm bench list");
    }
}
