using PureLlm.Autograd;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Times an operation through the tape, forward and backward, and holds its result to the float64 twin.</summary>
internal static class OpBench
{
    /// <summary>Rows "forward" and "backward".</summary>
    public static IReadOnlyList<BenchRow> Run(Backend backend, OpExample example, double operations, int threads, TimingBudget budget, ICeilings ceilings)
    {
        using OpRun run = new(backend, example);
        double error = run.Error();
        using var device = new DeviceWait(backend);
        double[][] seconds = InterleavedTimer.Measure([run.Forward, run.Backward, run.Forward], budget, device.Wait);
        double noise = SampleStatistics.NoiseFloor(seconds[0], seconds[2]);
        double read = sizeof(float) * example.Inputs.Sum(shape => (double)shape.Length), written = sizeof(float) * (double)run.OutputLength;
        string name = example.Label.Length == 0 ? run.Name : $"{run.Name} ({example.Label})", shapes = string.Join(" ", example.Inputs);
        BenchRow Row(string pass, double[] samples, double work, double bytes) => new(name, pass, shapes, threads, samples)
        {
            Operations = work,
            Bytes = bytes,
            Noise = noise,
            Error = pass == "forward" ? error : double.NaN,
            Share = ceilings.Share(work, bytes, SampleStatistics.Median(samples)),
        };
        return [Row("forward", seconds[0], operations, read + written), Row("backward", seconds[1], (run.Name == "attention" ? 2.5 : 2) * operations, (3 * read) + written)];
    }
}
