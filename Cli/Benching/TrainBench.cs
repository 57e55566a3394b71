using System.Diagnostics;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Configuration;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Times whole training steps of a configuration, by phase, or beside itself with the switches that save memory.</summary>
internal static class TrainBench
{
    private const int WarmUp = 2, FewestSteps = 3;

    private static readonly TimeSpan BetweenSamples = TimeSpan.FromMilliseconds(200);

    /// <summary>One row for each of <see cref="StepRun.Phases"/>; the last has the bytes held.</summary>
    public static IReadOnlyList<BenchRow> Run(StepRun run, int threads, double seconds, ICeilings ceilings)
    {
        Measure([run], seconds, ceilings);
        double operations = run.Operations;
        return [.. StepRun.Phases.Select((phase, i) =>
        {
            double[] samples = [.. run.Seconds[i]];
            double done = operations * phase switch { "forward" => 1.0 / 3, "backward" => 2.0 / 3, "step" => 1, _ => 0 };
            return new BenchRow(run.Name, phase, run.Shape, threads, samples)
            {
                Operations = done,
                Bytes = phase == "step" ? run.Bytes : 0,
                Tokens = run.Tokens,
                Share = done > 0 ? done / ceilings.Peak / SampleStatistics.Median(samples) : double.NaN,
            };
        })];
    }

    /// <summary>One row of whole steps for each run, taken in turns; the first is what the others are compared with.</summary>
    public static IReadOnlyList<BenchRow> Compare(IReadOnlyList<StepRun> runs, int threads, double seconds, ICeilings ceilings)
    {
        Measure(runs, seconds, ceilings);
        List<double> reference = runs[0].Seconds[^1];
        return [.. runs.Select(run => new BenchRow(runs[0].Name, run.Name, run.Shape, threads, [.. run.Seconds[^1]])
        {
            Operations = run.Operations,
            Bytes = run.Bytes,
            Tokens = run.Tokens,
            Speedup = SampleStatistics.Median([.. reference.Zip(run.Seconds[^1], (a, b) => a / b)]),
            Share = run.Operations / ceilings.Peak / SampleStatistics.Median([.. run.Seconds[^1]]),
        })];
    }

    /// <summary>The configuration in float32 with everything kept, then with each switch that saves memory, then with all.</summary>
    public static IReadOnlyList<(string Name, RunConfig Config)> Switches(RunConfig config)
    {
        RunConfig plain = config with { Precision = new PrecisionSection(), Train = config.Train with { Recompute = Recomputation.None } };
        PrecisionSection halves = new() { Gradients = StorageFormat.BFloat16, Moments = StorageFormat.BFloat16 };
        return
        [
            ("float32", plain),
            ("activations = bfloat16", plain with { Precision = new PrecisionSection { Activations = StorageFormat.BFloat16 } }),
            ("recompute = block", plain with { Train = plain.Train with { Recompute = Recomputation.Block } }),
            ("gradients, moments = bfloat16", plain with { Precision = halves }),
            ("weights = bfloat16", plain with { Precision = new PrecisionSection { Weights = StorageFormat.BFloat16 } }),
            ("all but weights", plain with { Precision = halves with { Activations = StorageFormat.BFloat16 }, Train = plain.Train with { Recompute = Recomputation.Block } }),
        ];
    }

    /// <summary>Tokens that the configuration's tokenizer will have, as far as that is known without its text.</summary>
    public static int Vocabulary(TokenizerSection tokenizer) => tokenizer.Kind switch
    {
        TokenizerKind.Bytes => new Tokenizer.ByteTokenizer().VocabularySize,
        TokenizerKind.Chars => 65,
        TokenizerKind.Bpe or TokenizerKind.Words => tokenizer.Vocabulary,
        _ => 50257,
    };

    // A sample of the ceiling after every fifth of a second, a tenth as long as what came before it.
    private static void Measure(IReadOnlyList<StepRun> runs, double seconds, ICeilings ceilings)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            foreach (StepRun run in runs) { run.Step(); }
        }
        foreach (StepRun run in runs) { run.Forget(); }
        long began = Stopwatch.GetTimestamp(), sampled = began;
        for (int i = 0; i < FewestSteps || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; i++)
        {
            foreach (StepRun run in runs) { run.Step(); }
            TimeSpan since = Stopwatch.GetElapsedTime(sampled);
            if (i + 1 == FewestSteps || since >= BetweenSamples)
            {
                ceilings.Sample(since.TotalSeconds / 10);
                sampled = Stopwatch.GetTimestamp();
            }
        }
    }
}
