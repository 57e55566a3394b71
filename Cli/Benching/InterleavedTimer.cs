using System.Diagnostics;

namespace PureLlm.Cli.Benching;

/// <summary>How long to measure: seconds for all arms of one comparison together, and the shortest sample.</summary>
internal readonly record struct TimingBudget(double Seconds, double SampleSeconds, int LeastRounds, int MostRounds)
{
    public static readonly TimingBudget Quick = new(0.25, 0.0005, 5, 31);
    public static readonly TimingBudget Normal = new(2, 0.002, 7, 101);
    public static readonly TimingBudget Long = new(12, 0.005, 15, 501);
}

/// <summary>Times several bodies in turn, A B C, B C A, …, so that whatever the machine does meanwhile happens to all of them.</summary>
internal static class InterleavedTimer
{
    /// <summary>Seconds of one call, for each arm and round; a body that is shorter than a sample is called as often as fills it.</summary>
    /// <param name="arms">The bodies.</param>
    /// <param name="budget">How long.</param>
    /// <param name="settle">Waits, at the end of each sample, for a device that works while the host goes on.</param>
    public static double[][] Measure(IReadOnlyList<Action> arms, TimingBudget budget, Action? settle = null)
    {
        int[] calls = [.. arms.Select(arm => Calls(arm, budget.SampleSeconds, settle))];
        List<double>[] samples = [.. arms.Select(_ => new List<double>(budget.MostRounds))];
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < budget.LeastRounds || (round < budget.MostRounds && Stopwatch.GetElapsedTime(start).TotalSeconds < budget.Seconds); round++)
        {
            for (int i = 0; i < arms.Count; i++)
            {
                int arm = (i + round) % arms.Count;
                samples[arm].Add(Time(arms[arm], calls[arm], settle));
            }
        }
        return [.. samples.Select(list => list.ToArray())];
    }

    /// <summary>Warms a body up and finds how many calls make a sample.</summary>
    private static int Calls(Action body, double seconds, Action? settle)
    {
        body();
        settle?.Invoke();
        double one = Time(body, 1, settle);
        for (int i = 0; i < 3 && one < seconds; i++) { one = Math.Min(one, Time(body, Math.Clamp((int)(seconds / 4 / one), 1, 1000), settle)); }
        return Math.Clamp((int)Math.Ceiling(seconds / Math.Max(one, 1e-9)), 1, 1_000_000);
    }

    private static double Time(Action body, int calls, Action? settle)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) { body(); }
        settle?.Invoke();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
