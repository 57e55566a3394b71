using System.Diagnostics;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>The ceilings themselves: multiply-adds of each width, memory of each level, and what it costs to wake the threads.</summary>
internal static unsafe class MachineBench
{
    private static readonly (string Level, int Bytes, int Passes)[] Levels = [("16 KB", 16 << 10, 256), ("256 KB", 256 << 10, 16), ("4 MB", 4 << 20, 2), ("64 MB", 64 << 20, 1)];

    /// <summary>Rows "fma", "read", "copy" and "dispatch" for one number of threads; the noise is that of two equal arms.</summary>
    public static IReadOnlyList<BenchRow> Run(int threads, TimingBudget budget)
    {
        using MachineCeilings ceilings = new(threads);
        using ThreadTeam team = new(threads);
        List<BenchRow> rows = [];
        SimdWidth[] widths = [.. MachineCeilings.Widths];
        double[][] fma = InterleavedTimer.Measure([.. widths.Select(ceilings.MultiplyAdds), ceilings.MultiplyAdds(widths[^1])], budget);
        double noise = SampleStatistics.NoiseFloor(fma[^2], fma[^1]);
        rows.AddRange(widths.Select((width, i) => new BenchRow("fma", KernelArm.WidthName(width), "registers", threads, fma[i]) { Operations = MultiplyAddPeak.Operations(width, threads), Noise = noise }));
        foreach ((string level, int bytes, int passes) in Levels)
        {
            using MemorySweep sweep = new(team, bytes, passes);
            double[][] seconds = InterleavedTimer.Measure([sweep.Read, sweep.Copy, sweep.Copy], budget);
            double copies = SampleStatistics.NoiseFloor(seconds[1], seconds[2]);
            rows.Add(new BenchRow("read", "memory", $"{level} a thread", threads, seconds[0]) { Bytes = sweep.BytesMoved, Noise = copies });
            rows.Add(new BenchRow("copy", "memory", $"{level} a thread", threads, seconds[1]) { Bytes = sweep.BytesMoved, Noise = copies });
        }
        if (threads > 1) { rows.AddRange(Dispatch(team, budget)); }
        return rows;
    }

    /// <summary>An empty loop on all threads: while they spin, and after they went to sleep.</summary>
    private static IEnumerable<BenchRow> Dispatch(ThreadTeam team, TimingBudget budget)
    {
        yield return new BenchRow("dispatch", "awake", "empty loop", team.Threads, InterleavedTimer.Measure([() => Empty(team)], budget)[0]);
        double[] asleep = new double[Math.Min(50, budget.MostRounds)];
        foreach (ref double seconds in asleep.AsSpan())
        {
            Thread.Sleep(1);
            long start = Stopwatch.GetTimestamp();
            Empty(team);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        yield return new BenchRow("dispatch", "asleep", "empty loop", team.Threads, asleep);
    }

    private static void Empty(ThreadTeam team)
    {
        int state = 0;
        team.For(team.Threads, &state, &Nothing);

        static void Nothing(int* state, int chunk, int worker)
        {
        }
    }
}
