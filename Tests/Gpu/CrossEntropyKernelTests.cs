using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;
using static PureLlm.Tests.Gpu.RowCheck;

namespace PureLlm.Tests.Gpu;

public class CrossEntropyKernelTests
{
    private const int Ignored = -1;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(8)]
    [TestCase(16)]
    [TestCase(65)]
    [TestCase(67)]
    [TestCase(1023)]
    [TestCase(1100)]
    [TestCase(4097)]
    public void Matches_the_textbook_loop(int columns)
    {
        MatchesAnywhere(1e-5, Both(3, columns), Arrays(3, columns));
        MatchesAnywhere(1e-5, Both(3, columns, inPlace: true), Arrays(3, columns));
    }

    [Test]
    public void The_gradient_of_the_result_scales_the_gradient()
        => Matches(1e-5, (b, v) => b.CrossEntropyBackward(v[0], v[1], v[2], v[3], 2, 40, Ignored, 0.5f, v[4]), Random(80), Tokens(2, 40), [3f, 4f], new float[80], [-3f]);

    [Test]
    public void An_ignored_target_costs_nothing_and_has_no_gradient()
    {
        float[][] arrays = Arrays(3, 40);
        arrays[1] = Words([4, Ignored, 39]);
        arrays[0][50] = float.NaN;
        float[][] result = Run(GpuCheck.Gpu, Both(3, 40), arrays);
        Assert.That(result[2][1], Is.Zero);
        Assert.That(result[3][1], Is.Zero);
        Assert.That(result[4][40..80], Is.All.Zero);
        Assert.That(result[4], Has.None.NaN);
    }

    [TestCase(40)]
    [TestCase(-2)]
    public void A_target_that_is_no_column_makes_its_row_not_a_number(int target)
    {
        float[][] arrays = Arrays(3, 40);
        arrays[1] = Words([4, target, 39]);
        float[][] result = Run(GpuCheck.Gpu, Both(3, 40), arrays);
        Assert.That(result[2][1], Is.NaN);
        Assert.That(result[4][40..80], Is.All.NaN);
        Assert.That(result[4][..40].Concat(result[4][80..]), Has.None.NaN);
    }

    [Test]
    public void Logits_that_grow_along_the_row_rescale_the_sum()
        => Matches(1e-6, Both(1, 64), [.. Enumerable.Range(0, 64).Select(i => 3f * i)], Words([2]), new float[1], new float[1], new float[64]);

    [Test]
    public void Masked_logits_have_no_share() => Matches(1e-6, Both(1, 5), [1f, float.NegativeInfinity, 2f, float.NegativeInfinity, -1e30f], Words([2]), new float[1], new float[1], new float[5]);

    private static Action<Backend, View[]> Both(int rows, int columns, bool inPlace = false) => (b, v) =>
    {
        b.CrossEntropy(v[0], v[1], v[2], v[3], rows, columns, Ignored);
        b.CrossEntropyBackward(v[0], v[1], v[3], inPlace ? v[0] : v[4], rows, columns, Ignored, 0.37f);
    };

    private static float[][] Arrays(int rows, int columns)
        => [Random(rows * columns, size: 4f), Tokens(rows, columns), new float[rows], new float[rows], Random(rows * columns, 5)];
}
