using System.Diagnostics;
using PureLlm.Engine.Inference;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Reading a prompt of n tokens ("pp") and writing n tokens one by one ("tg"), as llama-bench names them.</summary>
internal static class ModelBench
{
    /// <summary>Two rows, in turns; lengths beyond the model's context are cut to it.</summary>
    public static IReadOnlyList<BenchRow> Run(LanguageModel model, Backend backend, string name, int threads, int prompt, int written, int repetitions)
    {
        using Decoder decoder = new(model, backend);
        prompt = Math.Clamp(prompt, 1, decoder.Capacity);
        written = Math.Clamp(written, 1, decoder.Capacity - 1);
        int[] tokens = [.. Enumerable.Range(0, Math.Max(prompt, written)).Select(i => CounterRandom.Below(new RandomStream(1, 2), (ulong)i, model.VocabularySize))];
        if (model is EncoderDecoder) { decoder.SetSource(tokens.AsSpan(0, Math.Min(tokens.Length, decoder.Capacity))); }
        double[] reading = new double[repetitions], writing = new double[repetitions];
        for (int i = -1; i < repetitions; i++)   // the first turn warms up
        {
            double read = Time(() => decoder.Append(tokens.AsSpan(0, prompt)));
            decoder.Truncate(0);
            double wrote = Time(() =>
            {
                for (int t = 0; t < written; t++) { decoder.Append(tokens.AsSpan(t, 1)); }
            });
            decoder.Truncate(0);
            if (i >= 0) { (reading[i], writing[i]) = (read, wrote); }
        }
        double operations = 2.0 * model.ParameterCount;
        return
        [
            new BenchRow(name, $"pp{prompt}", $"{model.ParameterCount} parameters", threads, reading) { Tokens = prompt, Operations = operations * prompt },
            new BenchRow(name, $"tg{written}", $"{model.ParameterCount} parameters", threads, writing) { Tokens = written, Bytes = sizeof(float) * (double)model.ParameterCount * written },
        ];
    }

    private static double Time(Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
