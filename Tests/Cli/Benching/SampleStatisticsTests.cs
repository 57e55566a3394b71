using PureLlm.Cli.Benching;
using PureLlm.Kernels;

namespace PureLlm.Tests.Cli.Benching;

public sealed class SampleStatisticsTests
{
    [Test]
    public void Median_of_known_samples()
    {
        Assert.That(SampleStatistics.Median([3, 1, 2]), Is.EqualTo(2));
        Assert.That(SampleStatistics.Median([4, 1, 3, 2]), Is.EqualTo(2.5));
        Assert.That(SampleStatistics.Median([]), Is.NaN);
    }

    [Test]
    public void Variation_ignores_one_stall_and_Deviation_does_not()
    {
        double[] samples = [1.00, 1.01, 0.99, 1.00, 1.01, 0.99, 50];
        Assert.That(SampleStatistics.Variation(samples), Is.EqualTo(0.0148).Within(1e-3));
        Assert.That(SampleStatistics.Deviation(samples), Is.GreaterThan(10));
        Assert.That(SampleStatistics.Deviation([1, 2, 3, 4]), Is.EqualTo(Math.Sqrt(5.0 / 3)).Within(1e-12));
    }

    // Order statistics of the binomial distribution with p = 1/2, as tables of the sign test have them.
    [TestCase(5, 1, 5)]
    [TestCase(6, 1, 6)]
    [TestCase(9, 2, 8)]
    [TestCase(10, 2, 9)]
    [TestCase(20, 6, 15)]
    [TestCase(50, 18, 33)]
    public void Median_interval_is_the_order_statistics_of_the_sign_test(int n, int low, int high) =>
        Assert.That(SampleStatistics.MedianInterval([.. Enumerable.Range(1, n).Select(i => (double)i).Reverse()]), Is.EqualTo(new Interval(low, high)));

    [Test]
    public void Median_interval_holds_the_true_median_19_times_in_20()
    {
        int held = 0;
        for (int trial = 0; trial < 1000; trial++)
        {
            Interval interval = SampleStatistics.MedianInterval(Draw(trial, 15, 0));
            held += interval.Low <= 0 && interval.High >= 0 ? 1 : 0;
        }
        Assert.That(held, Is.InRange(935, 995));
    }

    // Exact values of the null distribution: 2/20, 2/252, 2·(1+1+2)/252.
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 4, 5, 6 }, 0.1)]
    [TestCase(new double[] { 1, 2, 3, 4, 5 }, new double[] { 6, 7, 8, 9, 10 }, 2.0 / 252)]
    [TestCase(new double[] { 1, 2, 3, 5, 6 }, new double[] { 4, 7, 8, 9, 10 }, 8.0 / 252)]
    [TestCase(new double[] { 1, 4 }, new double[] { 2, 3 }, 1)]
    public void Mann_Whitney_is_exact_for_small_samples(double[] a, double[] b, double p)
    {
        Assert.That(SampleStatistics.MannWhitney(a, b), Is.EqualTo(p).Within(1e-12));
        Assert.That(SampleStatistics.MannWhitney(b, a), Is.EqualTo(p).Within(1e-12));
    }

    [Test]
    public void Mann_Whitney_by_the_normal_approximation_agrees_with_the_exact_one()
    {
        double[] a = Draw(1, 20, 0), b = Draw(2, 20, 0.7), more = [.. b, 0.5];
        Assert.That(SampleStatistics.MannWhitney(a, more), Is.EqualTo(SampleStatistics.MannWhitney(a, b)).Within(0.02));
        Assert.That(SampleStatistics.MannWhitney([1, 1, 1], [1, 1, 1]), Is.EqualTo(1).Within(1e-6), "all ties");
    }

    [Test]
    public void Equal_code_has_a_noise_floor_that_holds_its_own_difference()
    {
        double[] a = [.. Draw(1, 31, 0).Select(x => 10 + (0.1 * x))], same = [.. Draw(2, 31, 0).Select(x => 10 + (0.1 * x))];
        double floor = SampleStatistics.NoiseFloor(a, same);
        Assert.That(floor, Is.InRange(0.001, 0.02));
        Assert.That(Math.Abs((SampleStatistics.Median(same) / SampleStatistics.Median(a)) - 1), Is.LessThanOrEqualTo(floor));
        Assert.That(SampleStatistics.NoiseFloor([2, 2, 2], [2, 2, 2]), Is.Zero);
    }

    [Test]
    public void Change_interval_finds_a_change_of_a_fifth()
    {
        double[] a = [.. Draw(1, 31, 0).Select(x => 10 + (0.1 * x))], b = [.. Draw(2, 31, 0).Select(x => 12 + (0.1 * x))];
        Interval change = SampleStatistics.ChangeInterval(a, b);
        Assert.That(change.Low, Is.InRange(0.17, 0.2));
        Assert.That(change.High, Is.InRange(0.2, 0.23));
    }

    private static double[] Draw(int stream, int count, double mean) =>
        [.. Enumerable.Range(0, count).Select(i => mean + CounterRandom.Normal(new RandomStream(5, (ulong)stream), (ulong)i))];
}
