using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>An interval around an estimate.</summary>
internal readonly record struct Interval(double Low, double High);

/// <summary>Statistics of timings that assume no distribution: medians, order statistics, ranks. Knows nothing about clocks.</summary>
internal static class SampleStatistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(ReadOnlySpan<double> samples)
    {
        if (samples.IsEmpty) { return double.NaN; }
        double[] sorted = samples.ToArray();
        Array.Sort(sorted);
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// <summary>Spread relative to the median: 1.4826 · median |x − median| / median, which is σ/µ of a normal distribution and which a few stalls do not move.</summary>
    public static double Variation(ReadOnlySpan<double> samples)
    {
        double median = Median(samples);
        return 1.4826 * Median(Array.ConvertAll(samples.ToArray(), x => Math.Abs(x - median))) / median;
    }

    /// <summary>σ with n − 1; 0 for fewer than two samples.</summary>
    public static double Deviation(ReadOnlySpan<double> samples)
    {
        if (samples.Length < 2) { return 0; }
        double mean = 0, squares = 0;
        foreach (double x in samples) { mean += x / samples.Length; }
        foreach (double x in samples) { squares += (x - mean) * (x - mean); }
        return Math.Sqrt(squares / (samples.Length - 1));
    }

    /// <summary>The narrowest symmetric pair of order statistics that holds the true median with at least 95 %; smallest and largest where n &lt; 6.</summary>
    public static Interval MedianInterval(ReadOnlySpan<double> samples)
    {
        if (samples.IsEmpty) { return new Interval(double.NaN, double.NaN); }
        double[] sorted = samples.ToArray();
        Array.Sort(sorted);
        int n = sorted.Length, outside = 0;
        double probability = Math.Pow(0.5, n), below = probability;   // P(fewer than outside + 1 samples under the median)
        while (outside + 1 < (n + 1) / 2)
        {
            if (2 * below > 0.05) { break; }
            outside++;
            probability *= (double)(n - outside + 1) / outside;
            below += probability;
        }
        int k = Math.Max(0, outside - 1);
        return new Interval(sorted[k], sorted[n - 1 - k]);
    }

    /// <summary>95 % interval of median(b) / median(a) − 1 from 1,000 resamples; the same samples give the same interval.</summary>
    public static Interval ChangeInterval(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        const int Resamples = 1000;
        double[] changes = new double[Resamples], drawnA = new double[a.Length], drawnB = new double[b.Length];
        RandomStream stream = new(20, 26);
        ulong position = 0;
        for (int i = 0; i < Resamples; i++)
        {
            foreach (ref double x in drawnA.AsSpan()) { x = a[CounterRandom.Below(stream, position++, a.Length)]; }
            foreach (ref double x in drawnB.AsSpan()) { x = b[CounterRandom.Below(stream, position++, b.Length)]; }
            changes[i] = (Median(drawnB) / Median(drawnA)) - 1;
        }
        Array.Sort(changes);
        return new Interval(changes[(int)(0.025 * Resamples)], changes[(int)(0.975 * Resamples) - 1]);
    }

    /// <summary>Largest change that two runs of the same code show: what is smaller is noise.</summary>
    public static double NoiseFloor(ReadOnlySpan<double> a, ReadOnlySpan<double> same)
    {
        Interval change = ChangeInterval(a, same);
        return Math.Max(Math.Abs(change.Low), Math.Abs(change.High));
    }

    /// <summary>Two-sided p of the Mann–Whitney rank test: exact for small samples without ties, else the normal approximation with ties and continuity corrected.</summary>
    /// <remarks>Mann and Whitney 1947, Annals of Mathematical Statistics 18.</remarks>
    public static double MannWhitney(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        (int n, int m) = (a.Length, b.Length);
        if (n == 0 || m == 0) { return 1; }
        double u = 0;
        bool ties = false;
        foreach (double x in a)
        {
            foreach (double y in b)
            {
                u += x > y ? 1 : x == y ? 0.5 : 0;
                ties |= x == y;
            }
        }
        u = Math.Min(u, ((double)n * m) - u);
        return !ties && n <= 20 && m <= 20 ? Exact((int)u, n, m) : Normal(u, a, b);
    }

    private static double Exact(int u, int n, int m)
    {
        // ways[i, j, s]: orders of i and j samples with statistic s; the largest value is of the first kind (beats all j) or of the second.
        double[,][] ways = new double[n + 1, m + 1][];
        for (int i = 0; i <= n; i++)
        {
            for (int j = 0; j <= m; j++)
            {
                double[] row = ways[i, j] = new double[(i * j) + 1];
                for (int s = 0; s < row.Length; s++)
                {
                    row[s] = i == 0 || j == 0 ? 1 : (s >= j ? ways[i - 1, j][s - j] : 0) + (s < ways[i, j - 1].Length ? ways[i, j - 1][s] : 0);
                }
            }
        }
        double[] all = ways[n, m];
        return Math.Min(1, 2 * all.Take(u + 1).Sum() / all.Sum());
    }

    private static double Normal(double u, ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double n = a.Length, m = b.Length, total = n + m;
        double tied = ((double[])[.. a, .. b]).GroupBy(x => x).Sum(group => Math.Pow(group.Count(), 3) - group.Count());
        double deviation = Math.Sqrt(n * m / 12 * (total + 1 - (tied / (total * (total - 1)))));
        double z = deviation > 0 ? Math.Max(0, (n * m / 2) - u - 0.5) / deviation : 0;
        return Math.Min(1, 2 * UpperTail(z));
    }

    /// <summary>P(Z &gt; z), z ≥ 0: Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8.</summary>
    private static double UpperTail(double z)
    {
        double t = 1 / (1 + (0.2316419 * z));
        double series = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * series;
    }
}
