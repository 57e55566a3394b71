using System.Diagnostics;
using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Steps;

/// <summary>What each way to save activation memory costs in time and holds in memory: forward and backward passes of one model, in turns.</summary>
internal static class StepMemory
{
    /// <param name="arguments">A model's name, then the seconds for all.</param>
    public static int Run(string[] arguments)
    {
        StepShape shape = StepShape.All.First(shape => arguments.Length == 0 || shape.Name == arguments[0]);
        double seconds = arguments.Length > 1 ? double.Parse(arguments[1], CultureInfo.InvariantCulture) : 30;
        using CpuBackend backend = new(Environment.ProcessorCount);
        using LanguageModel model = LanguageModel.Create(shape.Model, shape.Vocabulary);
        model.Allocate(backend, 1, training: true);
        using ModelBatch batch = new(backend, shape.Batch, shape.Time);
        int[] ids = [.. Enumerable.Range(0, batch.Inputs.Rows).Select(i => CounterRandom.Below(new RandomStream(1, 1), (ulong)i, shape.Vocabulary))];
        batch.Inputs.Set(ids);
        batch.Targets.Set(ids);

        Mode[] modes =
        [
            new("every value its own", new Tape(backend)),
            .. from format in new[] { StorageFormat.Float32, StorageFormat.BFloat16 }
               from recompute in Enum.GetValues<Recomputation>()
               select new Mode($"{format.ToString().ToLowerInvariant()}, recompute {recompute.ToString().ToLowerInvariant()}", new Tape(backend, memory: new TapeMemory(recompute, format))),
        ];
        Stopwatch total = Stopwatch.StartNew();
        for (int round = 0; round < 3 || total.Elapsed.TotalSeconds < seconds; round++)
        {
            foreach (Mode mode in modes)
            {
                long start = Stopwatch.GetTimestamp();
                mode.Tape.Reset();
                model.Backward(mode.Tape, model.Loss(mode.Tape, batch));
                if (round > 0) { mode.Milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds); }
            }
        }
        Console.WriteLine($"| {shape.Name} (B={shape.Batch}, T={shape.Time}) | MB of activations and gradients | forward + backward ms, median | least | against float32, none |\n|---|---|---|---|---|");
        foreach (Mode mode in modes)
        {
            IEnumerable<double> ratios = mode.Milliseconds.Zip(modes[1].Milliseconds, (a, b) => a / b);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {mode.Name} | {mode.Tape.FloatsHeld * sizeof(float) / 1e6:0.0} | {Median(mode.Milliseconds):0.0} | {mode.Milliseconds.Min():0.0} | {Median(ratios):0.00}× |"));
            mode.Tape.Dispose();
        }
        return 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record Mode(string Name, Tape Tape)
    {
        public List<double> Milliseconds { get; } = [];
    }
}
