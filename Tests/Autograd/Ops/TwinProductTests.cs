using PureLlm.Autograd.Ops;

namespace PureLlm.Tests.Autograd.Ops;

public sealed class TwinProductTests
{
    [TestCase(1, 1, 1)]
    [TestCase(1, 5, 4)]
    [TestCase(15, 33, 7)]
    [TestCase(16, 32, 3)]
    [TestCase(17, 31, 64)]
    [TestCase(33, 65, 130)]
    [TestCase(48, 200, 96, Description = "large enough for several threads")]
    public void Has_the_bits_of_the_three_loops(int rows, int n, int k)
    {
        var random = new Random(rows);
        double[] x = Draw(rows * k), w = Draw(n * k), b = Draw(n);
        Assert.That(TwinProduct.Of(x, w, b, rows, n, k).Select(BitConverter.DoubleToInt64Bits), Is.EqualTo(Loops(x, w, b, rows, n, k).Select(BitConverter.DoubleToInt64Bits)));
        Assert.That(TwinProduct.Of(x, w, null, rows, n, k).Select(BitConverter.DoubleToInt64Bits), Is.EqualTo(Loops(x, w, null, rows, n, k).Select(BitConverter.DoubleToInt64Bits)));

        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7)))];
    }

    [Test]
    public void What_is_not_finite_stays_in_its_row()
    {
        double[] x = [1, double.NaN, 2, 3], w = [1, 1, 0, double.PositiveInfinity];
        Assert.That(TwinProduct.Of(x, w, null, 2, 2, 2), Is.EqualTo(new[] { double.NaN, double.NaN, 5, double.PositiveInfinity }));
    }

    private static double[] Loops(double[] x, double[] w, double[]? b, int rows, int n, int k)
    {
        double[] y = new double[rows * n];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = b is null ? 0 : b[j];
                for (int p = 0; p < k; p++) { sum += x[(i * k) + p] * w[(j * k) + p]; }
                y[(i * n) + j] = sum;
            }
        }
        return y;
    }
}
