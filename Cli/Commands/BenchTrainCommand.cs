using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PureLlm.Cli.Benching;
using PureLlm.Cli.Rendering;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Cli.Commands;

/// <summary><c>bench train CONFIG</c>: how fast this configuration trains here, phase by phase.</summary>
public sealed class BenchTrainCommand : CliCommand
{
    private readonly BenchOptions options = new();
    private readonly Argument<string> config = new("config") { Description = "a .toml file, or a template: tiny, bench, gpt2-124m" };
    private readonly Option<string[]> set = new("--set") { Description = "another value for a key: --set train.batch=4", HelpName = "k=v" };
    private readonly Option<int?> vocabulary = new("--vocab") { Description = "tokens of the vocabulary (what the tokenizer will have)", HelpName = "V" };
    private readonly Option<bool> switches = new("--switches") { Description = "beside float32: the switches that save memory, in turns" };
    private readonly Option<double> seconds = new("--seconds") { Description = "how long to measure (5)", HelpName = "N", DefaultValueFactory = _ => 5 };

    public BenchTrainCommand() : base("train", "ms per phase, tokens/s, share of the peak")
    {
        config.CompletionSources.Add([.. ConfigTemplates.All.Select(template => template.Name)]);
        Arguments.Add(config);
        foreach (Option option in new Option[] { set, vocabulary, switches, seconds }) { Options.Add(option); }
        options.AddTo(this, hasLength: false);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm bench train tiny", "the template, on all cores"),
        ("pure-llm bench train gpt2-124m --set model.context=256", "124M, shorter"),
        ("pure-llm bench train my.toml --switches", "memory and time of [precision] and recompute"),
    ];

    public override IReadOnlyList<string> Notes => ["On random tokens: no data is read. A step is one micro-batch and one update."];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        RunConfig loaded = Load(context).Config;
        if (context.Get(vocabulary) is < 2) { throw new CliException(ExitCode.Usage, "bench train --vocab: a vocabulary has 2 tokens or more"); }
        int threads = context.Threads ?? (loaded.Train.Threads > 0 ? loaded.Train.Threads : Environment.ProcessorCount);
        int tokens = context.Get(vocabulary) ?? TrainBench.Vocabulary(loaded.Tokenizer);
        using Backend backend = context.CreateBackend(threads);
        using ICeilings ceilings = ICeilings.Of(backend, threads);
        StepRun[] runs = context.Get(switches)
            ? [.. TrainBench.Switches(loaded).Select(item => new StepRun(item.Name, backend, item.Config, tokens))]
            : [new StepRun(loaded.Run.Name, backend, loaded, tokens)];
        try
        {
            IReadOnlyList<BenchRow> rows = runs.Length > 1 ? TrainBench.Compare(runs, threads, context.Get(seconds), ceilings) : TrainBench.Run(runs[0], threads, context.Get(seconds), ceilings);
            BenchOptions.Write(context, format, new BenchReport("train", rows) { Peak = ceilings.Peak, Sustained = ceilings.Sustained ?? ceilings.Peak }, () => runs.Length > 1 ? Table(runs, rows) : Table(rows));
            if (format is BenchFormat.Text or BenchFormat.Markdown)
            {
                context.Out.WriteLine();
                context.Out.WriteLine(context.Style.Plain(Footer(runs, rows[^1], ceilings)));
            }
        }
        finally
        {
            Array.ForEach(runs, run => run.Dispose());
        }
        return ExitCode.Ok;
    }

    private static string Footer(StepRun[] runs, BenchRow step, ICeilings ceilings)
    {
        using Process process = Process.GetCurrentProcess();
        string held = runs.Length > 1 ? "" : $"{Numbers.Bytes(runs[0].Bytes)} held by weights, gradients, moments and activations ({BenchTable.Digits((double)runs[0].Bytes / runs[0].Model.ParameterCount)} bytes a parameter), {Numbers.Bytes(Math.Max(process.PeakWorkingSet64, Environment.WorkingSet))} at the peak of the process · ";
        string meanwhile = ceilings.Sustained is not { } sustained || runs.Length > 1 ? ""
            : $", {BenchTable.Digits(sustained / 1e9)} of them between these steps, of which a step is {BenchTable.Percent(step.Share * ceilings.Peak / sustained, "0")}";
        return $"{Numbers.Count(runs[0].Model.ParameterCount)} parameters · {held}peak {BenchTable.Digits(ceilings.Peak / 1e9)} GFLOP/s of {ceilings.PeakOf}{meanwhile}";
    }

    private static BenchTable Table(StepRun[] runs, IReadOnlyList<BenchRow> rows)
    {
        BenchTable table = new(("switch", false), ("weights MB", true), ("gradients", true), ("moments", true), ("activations", true), ("held MB", true), ("bytes/parameter", true), ("step", true), ("of float32's time", true), ("tokens/s", true), ("% peak", true));
        for (int i = 0; i < runs.Length; i++)
        {
            (StepRun run, BenchRow row) = (runs[i], rows[i]);
            table.Add(row.Variant, Megabytes(run.WeightBytes), Megabytes(run.GradientBytes), Megabytes(run.MomentBytes), Megabytes(run.ActivationBytes), Megabytes(run.Bytes),
                BenchTable.Digits((double)run.Bytes / run.Model.ParameterCount), BenchTable.Time(row.Median), $"{1 / row.Speedup:0.00}×", Numbers.Count((long)(row.Tokens / row.Median)), BenchTable.Percent(row.Share, "0"));
        }
        return table;
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString(bytes >= 1e8 ? "0" : "0.0", CultureInfo.InvariantCulture);

    private LoadedConfig Load(CommandContext context)
    {
        string name = context.Get(config)!;
        ConfigOverride[] overrides = [.. (context.Get(set) ?? []).Select(text => new ConfigOverride(text)), .. context.Seed is { } seed ? [new ConfigOverride($"run.seed={seed}", "--seed")] : Array.Empty<ConfigOverride>()];
        return !File.Exists(context.FullPath(name)) && ConfigTemplates.Find(name) is { } template ? ConfigLoader.Parse($"{name}.toml", template.Text, overrides) : ConfigLoader.Load(name, overrides);
    }

    private static BenchTable Table(IReadOnlyList<BenchRow> rows)
    {
        BenchTable table = new(("run", false), ("phase", false), ("shape", false), ("thr", true), ("median", true), ("95 % CI", true), ("share", true), ("tokens/s", true), ("GFLOP/s", true), ("% peak", true));
        foreach (BenchRow row in rows)
        {
            Interval interval = SampleStatistics.MedianInterval(row.Seconds);
            table.Add(row.Name, row.Variant, row.Shape, $"{row.Threads}", BenchTable.Time(row.Median), $"{BenchTable.Time(interval.Low)} – {BenchTable.Time(interval.High)}", BenchTable.Percent(row.Median / rows[^1].Median, "0"),
                row.Variant == "step" ? Numbers.Count((long)(row.Tokens / row.Median)) : "–", BenchTable.Digits(row.Operations / row.Median / 1e9), BenchTable.Percent(row.Share, "0"));
        }
        return table;
    }
}
