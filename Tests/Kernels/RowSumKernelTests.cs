using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

/// <summary>Biases and positions added to rows, their gradients, and sums of whole views.</summary>
public class RowSumKernelTests
{
    private static Action<Backend, View[]> Rows(int rows, int columns, int period) => (b, v) =>
    {
        b.AddRows(v[0], v[1], v[2], rows, columns, period);
        b.AddRowsBackward(v[3], v[4], rows, columns, period);
    };

    private static float[][] Arrays(int rows, int columns, int period)
        => [Random(rows * columns, 1), Random(period * columns, 2), new float[rows * columns], Random(rows * columns, 3), Random(period * columns, 4)];

    [Test]
    public void Matches_the_textbook_loop_at_every_number_of_columns()
    {
        foreach (int columns in Lengths)
        {
            Matches(1e-5, Rows(5, columns, 2), columns is 17 or 256, Arrays(5, columns, 2));
        }
    }

    [TestCase(3000, 7, 1)]
    [TestCase(200, 768, 1)]
    [TestCase(96, 130, 32)]
    [TestCase(100, 130, 32)]
    [TestCase(5, 130, 32)]
    [TestCase(1030, 128, 512)]
    [TestCase(0, 8, 4)]
    public void Has_the_same_bits_for_any_number_of_threads(int rows, int columns, int period)
    {
        Matches(1e-4, Rows(rows, columns, period), true, Arrays(rows, columns, period));
        AllocatesNothing(Rows(rows, columns, period), Arrays(rows, columns, period));
    }

    [Test]
    public void Sums_match_the_textbook_loop_at_every_length()
    {
        Action<Backend, View[]> call = (b, v) =>
        {
            b.Sum(v[0], v[1]);
            b.SumOfSquares(v[0], v[2]);
        };
        foreach (int n in Lengths)
        {
            Matches(1e-5, call, n is 17 or 256, Random(n), new float[1], new float[1]);
        }
        Matches(1e-4, call, true, Random(300_007), new float[1], new float[1]);
        Matches(1e-5, call, true, [], [5f], [5f]);
        AllocatesNothing(call, Random(100_000), new float[1], new float[1]);
    }

    [Test]
    public void A_sum_passes_NaN_and_infinity_on()
    {
        float[] x = Random(20_000);
        x[17_001] = float.PositiveInfinity;
        Assert.That(Run(OneThread, (b, v) => b.Sum(v[0], v[1]), x, new float[1])[1][0], Is.EqualTo(float.PositiveInfinity));
        x[3] = float.NaN;
        Assert.That(Run(OneThread, (b, v) => b.SumOfSquares(v[0], v[1]), x, new float[1])[1][0], Is.NaN);
    }
}
