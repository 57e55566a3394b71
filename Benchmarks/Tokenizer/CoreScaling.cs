using System.Diagnostics;
using PureLlm.Cli.Benching;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>How much two cores give over one, measured in turns: of some work, and of plain arithmetic, which says what the machine itself gives.</summary>
/// <remarks>
/// Two cores of a shared machine are not equally fast, and a thread that may choose does not say what either gives. So one thread is bound to
/// each of the first two in turn, and the harmonic mean counts, which is what two perfect threads would halve. Where a thread cannot be bound, it
/// runs where it likes.
/// </remarks>
internal sealed class CoreScaling(Func<int, double> work)
{
    private const int Chunks = 200;
    private const int ChunkSteps = 30_000;

    private readonly List<double> _one = [];
    private readonly List<double> _two = [];
    private readonly List<double> _ratios = [];
    private readonly List<double> _plain = [];

    /// <summary>The median of the seconds on two threads.</summary>
    public double Two => SampleStatistics.Median([.. _two]);

    /// <summary>The median of one thread's seconds over those of two right after.</summary>
    public double Ratio => SampleStatistics.Median([.. _ratios]);

    /// <summary>The same for arithmetic that touches no memory, in turns with the work.</summary>
    public double PlainRatio => SampleStatistics.Median([.. _plain]);

    /// <summary>One thread's shortest seconds over the shortest of two.</summary>
    public double RatioOfShortest => _one.Min() / _two.Min();

    /// <summary>Does the work on one core after the other and on both, then the arithmetic.</summary>
    public void Measure()
    {
        double one = OnEachCore(() => work(1)), two = work(2);
        _one.Add(one);
        _two.Add(two);
        _ratios.Add(one / two);
        _plain.Add(OnEachCore(() => Arithmetic(1)) / Arithmetic(2));
    }

    private static double OnEachCore(Func<double> seconds)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return seconds();
        }
        using var process = Process.GetCurrentProcess();
        nint allowed = process.ProcessorAffinity;
        double rate = 0;
        int cores = 0;
        try
        {
            for (nint rest = allowed; rest != 0 && cores < 2; rest &= rest - 1)
            {
                process.ProcessorAffinity = rest & -rest;
                rate += 1 / seconds();
                cores++;
            }
        }
        finally
        {
            process.ProcessorAffinity = allowed;
        }
        return cores / rate;
    }

    /// <summary>The seconds of a fixed amount of dependent multiplications, in portions that the threads take as they come.</summary>
    private static double Arithmetic(int threads)
    {
        var clock = Stopwatch.StartNew();
        long sum = 0;
        int next = 0;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            long x = 1;
            while (Interlocked.Increment(ref next) <= Chunks)
            {
                for (int i = 0; i < ChunkSteps; i++)
                {
                    x = (x * 6364136223846793005) + 1442695040888963407;
                    x ^= x >> 17;
                }
            }
            Interlocked.Add(ref sum, x);
        });
        GC.KeepAlive(sum);
        return clock.Elapsed.TotalSeconds;
    }
}
