using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class SoftmaxKernelTests
{
    private static Action<Backend, View[]> Call(int rows, int columns) => (b, v) =>
    {
        b.Softmax(v[0], v[1], rows, columns);
        b.SoftmaxBackward(v[1], v[2], v[3], rows, columns);
    };

    private static float[][] Arrays(int rows, int columns, float size = 5f)
        => [Random(rows * columns, 1, size), new float[rows * columns], Random(rows * columns, 2), Random(rows * columns, 3)];

    [Test]
    public void Matches_the_textbook_loop_at_every_number_of_columns()
    {
        foreach (int columns in Lengths)
        {
            Matches(2e-6, Call(3, columns), columns is 17 or 256, Arrays(3, columns));
        }
        Matches(2e-6, Call(300, 70), true, Arrays(300, 70));
        Matches(2e-6, Call(2, 20_011), true, Arrays(2, 20_011));
        Matches(2e-6, Call(0, 5), true, Arrays(0, 5));
    }

    [Test]
    public void Softmax_of_equal_logits_is_uniform()
        => Assert.That(Run(OneThread, (b, v) => b.Softmax(v[0], v[0], 1, 8), Enumerable.Repeat(-3e4f, 8).ToArray())[0], Is.All.EqualTo(0.125f));

    [Test]
    public void Masked_logits_have_probability_zero_and_large_ones_do_not_overflow()
    {
        float[] y = Run(OneThread, (b, v) => b.Softmax(v[0], v[0], 1, 5), (float[])[float.NegativeInfinity, 1e30f, -1e30f, 1e30f, float.MinValue])[0];
        Assert.That(y, Is.EqualTo(new[] { 0f, 0.5f, 0f, 0.5f, 0f }));
    }

    [Test]
    public void No_probability_is_subnormal()
    {
        float[] x = [.. Enumerable.Range(0, 2000).Select(i => -0.06f * i)];
        float[] y = Run(OneThread, (b, v) => b.Softmax(v[0], v[0], 1, 2000), x)[0];
        Assert.That(y.Where(float.IsSubnormal), Is.Empty);
        Assert.That(y[^1], Is.Zero);
        Assert.That(y.Sum(p => (double)p), Is.EqualTo(1).Within(1e-6));
    }

    [TestCase(0)]
    [TestCase(9)]
    [TestCase(36)]
    public void A_NaN_makes_its_row_NaN(int at)
    {
        float[] x = Random(74);
        x[at] = float.NaN;
        float[] y = SameBits((b, v) => b.Softmax(v[0], v[0], 2, 37), true, x)[0];
        Assert.That(y[..37], Is.All.NaN);
        Assert.That(y[37..], Has.None.NaN);
    }

    [Test]
    public void Allocates_nothing() => AllocatesNothing(Call(40, 1000), Arrays(40, 1000));
}
