namespace PureLlm.Cli.Benching;

/// <summary>A row that two reports share: the change of its median from A to B, whether it is more than noise, and whether it is too slow now.</summary>
internal sealed record RowComparison(BenchRow A, BenchRow B)
{
    /// <summary>median(B) / median(A) − 1: positive is slower.</summary>
    public double Change => (B.Median / A.Median) - 1;

    public Interval Interval { get; } = SampleStatistics.ChangeInterval(A.Seconds, B.Seconds);

    public double P { get; } = SampleStatistics.MannWhitney(A.Seconds, B.Seconds);

    /// <summary>p below 0.05, an interval without 0, and more than either run's own noise floor.</summary>
    public bool IsSignificant => P < 0.05 && Interval.Low * Interval.High > 0 && Math.Abs(Change) > Math.Max(Floor(A), Floor(B));

    public bool IsSlowerBy(double share) => IsSignificant && Change > share;

    /// <summary>Every row of A that B has too, in A's order.</summary>
    public static IReadOnlyList<RowComparison> Of(BenchReport a, BenchReport b)
    {
        Dictionary<(string, string, string, int), BenchRow> others = b.Rows.GroupBy(row => row.Key).ToDictionary(group => group.Key, group => group.First());
        return [.. a.Rows.Where(row => others.ContainsKey(row.Key)).Select(row => new RowComparison(row, others[row.Key]))];
    }

    private static double Floor(BenchRow row) => double.IsFinite(row.Noise) ? row.Noise : 0;
}
