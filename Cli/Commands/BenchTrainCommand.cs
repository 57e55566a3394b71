using System.CommandLine;
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
    private readonly Option<double> seconds = new("--seconds") { Description = "how long to measure (5)", HelpName = "N", DefaultValueFactory = _ => 5 };

    public BenchTrainCommand() : base("train", "ms per phase, tokens/s, share of the peak")
    {
        config.CompletionSources.Add([.. ConfigTemplates.All.Select(template => template.Name)]);
        Arguments.Add(config);
        foreach (Option option in new Option[] { set, vocabulary, seconds }) { Options.Add(option); }
        options.AddTo(this, hasLength: false);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("pure-llm bench train tiny", "the template, on all cores"),
        ("pure-llm bench train gpt2-124m --set model.context=256", "124M, shorter"),
    ];

    public override IReadOnlyList<string> Notes => ["On random tokens: no data is read. A step is one micro-batch and one update."];

    public override int Run(CommandContext context)
    {
        BenchFormat format = options.Format(context);
        RunConfig loaded = Load(context).Config;
        if (context.Get(vocabulary) is < 2) { throw new CliException(ExitCode.Usage, "bench train --vocab: a vocabulary has 2 tokens or more"); }
        int threads = context.Threads ?? (loaded.Train.Threads > 0 ? loaded.Train.Threads : Environment.ProcessorCount);
        int tokens = context.Get(vocabulary) ?? TrainBench.Vocabulary(loaded.Tokenizer);
        using MachineCeilings ceilings = new(threads, CpuFeatures.Width);
        using Backend backend = context.CreateBackend(threads);
        (IReadOnlyList<BenchRow> rows, long bytes, long parameters) = TrainBench.Run(backend, loaded, tokens, threads, context.Get(seconds), ceilings);
        BenchReport report = new("train", rows) { Peak = ceilings.Peak };
        BenchOptions.Write(context, format, report, () => Table(rows));
        if (format is BenchFormat.Text or BenchFormat.Markdown)
        {
            context.Out.WriteLine();
            context.Out.WriteLine(context.Style.Plain($"{Numbers.Count(parameters)} parameters · {Numbers.Bytes(bytes)} held by weights, gradients, moments and activations · peak {BenchTable.Digits(ceilings.Peak / 1e9)} GFLOP/s of multiply-adds on {threads} thread{(threads == 1 ? "" : "s")}"));
        }
        return ExitCode.Ok;
    }

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
