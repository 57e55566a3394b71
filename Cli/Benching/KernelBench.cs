using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>Compares the variants of a kernel: right or wrong first, then how fast, interleaved with a second copy of the fastest that shows the noise.</summary>
internal static class KernelBench
{
    /// <summary>Names of the variants on this CPU, the textbook first.</summary>
    public static IReadOnlyList<string> Variants { get; } = [KernelArm.TextbookName, .. MachineCeilings.Widths.Select(KernelArm.WidthName)];

    /// <summary>One row for each variant; the speed-ups are over <paramref name="baseline"/>.</summary>
    public static IReadOnlyList<BenchRow> Run(KernelCase kernel, string baseline, int threads, TimingBudget budget, ICeilings ceilings)
    {
        float[][] values = kernel.Values();
        double[][] expected = Array.ConvertAll(values, array => Array.ConvertAll(array, x => (double)x));
        kernel.Textbook(expected);
        List<KernelArm> arms = [new(kernel, null, 1, values), .. MachineCeilings.Widths.Select(width => new KernelArm(kernel, width, threads, values))];
        KernelArm twin = new(kernel, MachineCeilings.Widths[^1], threads, values);
        try
        {
            double[] errors = [.. arms.Select(arm => arm.Error(expected))];
            double[][] seconds = InterleavedTimer.Measure([.. arms.Select(arm => arm.Body), twin.Body], budget);
            double noise = SampleStatistics.NoiseFloor(seconds[arms.Count - 1], seconds[arms.Count]);
            double reference = SampleStatistics.Median(seconds[arms.FindIndex(arm => arm.Name == baseline)]);
            return [.. arms.Select((arm, i) =>
            {
                double median = SampleStatistics.Median(seconds[i]);
                return new BenchRow(kernel.Name, arm.Name, kernel.Shape, arm.Name == KernelArm.TextbookName ? 1 : threads, seconds[i])
                {
                    Operations = kernel.Operations,
                    Bytes = kernel.Bytes,
                    Error = errors[i],
                    Noise = noise,
                    Speedup = reference / median,
                    Share = ceilings.Share(kernel.Operations, kernel.Bytes, median),
                };
            })];
        }
        finally
        {
            arms.ForEach(arm => arm.Dispose());
            twin.Dispose();
        }
    }
}
