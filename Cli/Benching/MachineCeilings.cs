using System.Diagnostics;
using System.Runtime.InteropServices;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>What this machine can do at all, measured in the same run as the rows that are held to it: multiply-adds, and copying as much memory as a kernel touches.</summary>
internal sealed unsafe class MachineCeilings : ICeilings
{
    private readonly Dictionary<int, double> copies = [];
    private readonly ThreadTeam team;
    private readonly CpuBackend backend;
    private readonly float* sink;
    private readonly SimdWidth width;
    private double? peak;
    private double sampledOperations, sampledSeconds;

    /// <param name="threads">Threads that share the work.</param>
    /// <param name="width">Vectors of the peak; by default the widest of this CPU.</param>
    public MachineCeilings(int threads, SimdWidth? width = null)
    {
        this.width = width ?? CpuFeatures.Detected;
        team = new ThreadTeam(threads);
        backend = new CpuBackend(threads, CpuFeatures.Detected);
        sink = (float*)NativeMemory.AlignedAlloc((nuint)(threads * 64), 64);
    }

    /// <summary>Widths that this CPU has, from scalar to the widest.</summary>
    public static IReadOnlyList<SimdWidth> Widths { get; } = [.. Enum.GetValues<SimdWidth>().Where(width => width <= CpuFeatures.Detected).Order()];

    /// <summary>Multiply-adds of the vectors, in operations per second: the best of half a second, as a ceiling should be.</summary>
    public double Peak => peak ??= MultiplyAddPeak.Operations(width, team.Threads) / Best(MultiplyAdds(width), 0.5);

    public double? Sustained => sampledSeconds > 0 ? sampledOperations / sampledSeconds : null;

    public void Sample(double seconds)
    {
        double round = MultiplyAddPeak.Operations(width, team.Threads);
        int rounds = Math.Max(1, (int)(seconds * Peak / round));
        long began = Stopwatch.GetTimestamp();
        MultiplyAddPeak.Run(team, width, sink, rounds);
        sampledSeconds += Stopwatch.GetElapsedTime(began).TotalSeconds;
        sampledOperations += rounds * round;
    }

    public string PeakOf => $"multiply-adds on {team.Threads} thread{(team.Threads == 1 ? "" : "s")}";

    /// <summary>One round of multiply-adds on all threads.</summary>
    public Action MultiplyAdds(SimdWidth vectors) => () => MultiplyAddPeak.Run(team, vectors, sink);

    /// <summary>Bytes per second, read and written, of copying within about this many bytes.</summary>
    public double Copy(double bytes)
    {
        int power = Math.Clamp((int)Math.Round(Math.Log2(Math.Max(1, bytes))), 13, 27), length = 1 << (power - 3);
        if (!copies.TryGetValue(power, out double rate))
        {
            using TensorBuffer memory = backend.Allocate(2 * length);
            View from = new(memory, 0, length), to = new(memory, length, length);
            backend.Fill(from, 1);
            rate = copies[power] = 2.0 * sizeof(float) * length / Best(() => backend.Copy(from, to));
        }
        return rate;
    }

    private static double Best(Action body, double seconds = 0.1) => InterleavedTimer.Measure([body], new TimingBudget(seconds, 0.001, 5, 1000))[0].Min();

    public void Dispose()
    {
        NativeMemory.AlignedFree(sink);
        backend.Dispose();
        team.Dispose();
    }
}
