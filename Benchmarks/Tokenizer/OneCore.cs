using System.Diagnostics;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>Work of the main thread on one core after the other: two cores of a shared machine are not equally fast, and a thread that may choose does not say what either gives.</summary>
internal static class OneCore
{
    /// <summary>The seconds of some work on one core, over both of the first two: the harmonic mean, which is what two perfect threads would halve. Where a thread cannot be bound, it runs where it likes.</summary>
    /// <param name="work">Does the work on the calling thread and returns its seconds.</param>
    public static double Seconds(Func<double> work)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return work();
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
                rate += 1 / work();
                cores++;
            }
        }
        finally
        {
            process.ProcessorAffinity = allowed;
        }
        return cores / rate;
    }
}
