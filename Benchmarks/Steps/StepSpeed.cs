using System.Diagnostics;
using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Memory;
using PureLlm.Cli.Benching;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Steps;

/// <summary>Times whole training steps of known models, by phase and by operation.</summary>
internal static class StepSpeed
{
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromMilliseconds(200);

    /// <param name="arguments">A model's name (all without), then the seconds for each.</param>
    public static int Run(string[] arguments)
    {
        double seconds = arguments.Length > 1 ? double.Parse(arguments[1], CultureInfo.InvariantCulture) : 5;
        Console.WriteLine($"| model | threads | ms/step | forward | backward | optimizer | tokens/s | GFLOP/s | % peak | % of the peak meanwhile |\n|---|---|---|---|---|---|---|---|---|---|");
        foreach (StepShape shape in StepShape.All.Where(shape => arguments.Length == 0 || arguments[0] == "all" || shape.Name == arguments[0]))
        {
            foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct()) { Measure(shape, threads, seconds, arguments.Length > 2); }
        }
        return 0;
    }

    private static void Measure(StepShape shape, int threads, double seconds, bool byOperation)
    {
        using CpuBackend backend = new(threads);
        using MachineCeilings machine = new(threads, backend.Width);
        ICeilings ceilings = machine;
        using LanguageModel model = LanguageModel.Create(shape.Model, shape.Vocabulary);
        model.Allocate(backend, 1, training: true);
        using ModelBatch batch = new(backend, shape.Batch, shape.Time);
        using Tape tape = new(backend, memory: new TapeMemory());
        using Optimizer optimizer = Optimizer.Create(new TrainSection { LearningRate = 1e-4 }, model.Config, model.Slabs, backend);
        int[] ids = new int[batch.Inputs.Rows];
        for (int i = 0; i < ids.Length; i++) { ids[i] = CounterRandom.Below(new RandomStream(1, 1), (ulong)i, shape.Vocabulary); }
        batch.Inputs.Set(ids);
        batch.Targets.Set(ids);
        OperationTimes? times = byOperation ? new OperationTimes() : null;
        tape.Observer = times;

        List<(double Forward, double Backward, double Update)> steps = [];
        Stopwatch total = Stopwatch.StartNew();
        long sampled = Stopwatch.GetTimestamp();
        for (int step = 1; step <= 3 || total.Elapsed.TotalSeconds < seconds; step++)
        {
            if (step == 3) { times?.Clear(); }
            long start = Stopwatch.GetTimestamp();
            tape.Reset();
            times?.Restart();
            Tensor loss = model.Loss(tape, batch);
            long forward = Stopwatch.GetTimestamp();
            times?.Restart();
            model.Backward(tape, loss);
            long backward = Stopwatch.GetTimestamp();
            optimizer.Step(step, 1e-4, 1);
            long end = Stopwatch.GetTimestamp();
            if (step <= 2) { continue; }
            steps.Add((Milliseconds(start, forward), Milliseconds(forward, backward), Milliseconds(backward, end)));
            TimeSpan since = Stopwatch.GetElapsedTime(sampled);
            if (since >= BetweenSamples)
            {
                ceilings.Sample(since.TotalSeconds / 10);
                sampled = Stopwatch.GetTimestamp();
            }
        }
        double median = Median(steps.Select(s => s.Forward + s.Backward + s.Update)), tokens = shape.Batch * shape.Time, rate = shape.Operations(model) / median * 1e3, sustained = ceilings.Sustained ?? ceilings.Peak;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {shape.Name} | {threads} | {median:0.0} | {Median(steps.Select(s => s.Forward)):0.0} | {Median(steps.Select(s => s.Backward)):0.0} | {Median(steps.Select(s => s.Update)):0.0} | {tokens / median * 1e3:0} | {rate / 1e9:0.0} | {rate / ceilings.Peak:0.0%} of {ceilings.Peak / 1e9:0} | {rate / sustained:0.0%} of {sustained / 1e9:0} |"));
        times?.Print(steps.Count);
    }

    private static double Milliseconds(long from, long to) => (to - from) * 1e3 / Stopwatch.Frequency;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Time between two events of the tape, by operation.</summary>
    private sealed class OperationTimes : ITapeObserver
    {
        private readonly Dictionary<string, long> forward = [], backward = [];
        private long last;

        public void OnForward(Node node) => Add(forward, node);

        public void OnBackward(Node node) => Add(backward, node);

        public void Restart() => last = Stopwatch.GetTimestamp();

        public void Clear()
        {
            forward.Clear();
            backward.Clear();
        }

        public void Print(int steps)
        {
            foreach ((string name, long ticks) in backward.OrderByDescending(entry => entry.Value + forward.GetValueOrDefault(entry.Key)))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"    {name,-22} forward {forward.GetValueOrDefault(name) * 1e3 / Stopwatch.Frequency / steps,8:0.00} ms   backward {ticks * 1e3 / Stopwatch.Frequency / steps,8:0.00} ms"));
            }
        }

        private void Add(Dictionary<string, long> times, Node node)
        {
            long now = Stopwatch.GetTimestamp();
            times[node.Op.Name] = times.GetValueOrDefault(node.Op.Name) + now - last;
            last = now;
        }
    }
}
