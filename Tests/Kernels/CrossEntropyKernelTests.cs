using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

public class CrossEntropyKernelTests
{
    private const int Ignored = -1;

    private static Action<Backend, View[]> Forward(int rows, int columns) => (b, v) => b.CrossEntropy(v[0], v[1], v[2], v[3], rows, columns, Ignored);

    private static Action<Backend, View[]> Both(int rows, int columns, bool inPlace = false) => (b, v) =>
    {
        b.CrossEntropy(v[0], v[1], v[2], v[3], rows, columns, Ignored);
        b.CrossEntropyBackward(v[0], v[1], v[3], inPlace ? v[0] : v[4], rows, columns, Ignored, 0.37f);
    };

    private static float[][] Arrays(int rows, int columns, float size = 4f)
        => [Random(rows * columns, 1, size), Tokens(rows, columns), new float[rows], new float[rows], Random(rows * columns, 5)];

    [Test]
    public void Matches_the_textbook_loop_at_every_number_of_columns()
    {
        foreach (int columns in Lengths)
        {
            Matches(1e-6, Both(3, columns), columns is 17 or 256, Arrays(3, columns));
        }
        Matches(1e-6, Both(700, 65), true, Arrays(700, 65));
        Matches(1e-6, Both(3, 50_257), true, Arrays(3, 50_257));
        Matches(1e-6, Both(3, 50_257, inPlace: true), true, Arrays(3, 50_257));
        Matches(1e-6, Both(0, 9), true, Arrays(0, 9));
    }

    [Test]
    public void The_gradient_of_the_result_scales_the_gradient()
    {
        static Action<Backend, View[]> Call(bool hasUpstream) => (b, v) =>
        {
            Both(3, 40)(b, v);
            b.CrossEntropyBackward(v[0], v[1], v[3], v[4], 3, 40, Ignored, hasUpstream ? 0.5f : -1.5f, hasUpstream ? v[5] : default);
        };
        float[][] arrays = [.. Arrays(3, 40), [-3f]];
        Near(SameBits(Call(true), true, arrays), SameBits(Call(false), true, arrays), 0);
    }

    [Test]
    public void Equal_logits_cost_the_logarithm_of_the_vocabulary()
        => Assert.That(Run(OneThread, Forward(1, 50_257), new float[50_257], Words([7]), new float[1], new float[1])[2][0], Is.EqualTo(MathF.Log(50_257)).Within(2).Ulps);

    [Test]
    public void An_ignored_target_costs_nothing_and_has_no_gradient()
    {
        float[][] arrays = Arrays(3, 40);
        arrays[1] = Words([4, Ignored, 39]);
        arrays[0][50] = float.NaN;
        float[][] result = SameBits(Both(3, 40), true, arrays);
        Assert.That(result[2][1], Is.Zero);
        Assert.That(result[4][40..80], Is.All.Zero);
        Assert.That(result[4], Has.None.NaN);
        Assert.That(result[4][..40].Sum(), Is.EqualTo(0f).Within(1e-6f));
    }

    [TestCase(0)]
    [TestCase(8)]
    [TestCase(39)]
    public void A_NaN_among_the_logits_reaches_the_result(int at)
    {
        float[][] arrays = Arrays(1, 40);
        arrays[0][at] = float.NaN;
        float[][] result = SameBits(Both(1, 40), true, arrays);
        Assert.That(result[2][0], Is.NaN);
        Assert.That(result[4], Is.All.NaN);
    }

    [Test]
    public void Masked_and_huge_logits_stay_finite()
    {
        float[][] result = Run(OneThread, Both(1, 4), (float[])[1e30f, float.NegativeInfinity, -1e30f, 3f], Words([0]), new float[1], new float[1], new float[4]);
        Assert.That(result[2][0], Is.Zero);
        Assert.That(result[4], Is.All.EqualTo(0f));
    }

    [TestCase(3f)]
    [TestCase(-777.7f)]
    [TestCase(99_999f)]
    [TestCase(3_000_000f)]
    public void A_constant_added_to_all_logits_changes_no_loss(float constant)
    {
        // Two parts, the larger logits in the second; the constants are so large that a float holds no more than halves beside them.
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => MathF.Floor(i / 500f) / 2)];
        float Loss(float added) => SameBits(Forward(1, 5000), false, [.. logits.Select(x => x + added)], Words([4999]), new float[1], new float[1])[3][0] - added;
        Assert.That(Loss(MathF.Round(constant)), Is.EqualTo(Loss(0f)).Within(MathF.Max(1e-6f, MathF.Abs(constant) * 1.2e-7f)));
    }

    [TestCase(40)]
    [TestCase(-7)]
    public void A_target_outside_the_vocabulary_is_refused_before_anything_is_written(int token)
    {
        float[][] arrays = Arrays(3, 40);
        arrays[1] = Words([4, 5, token]);
        Action<Backend, View[]> call = (b, v) =>
        {
            Assert.That(() => Forward(3, 40)(b, v), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"token {token} at position 2 is outside the vocabulary of 40"));
            Assert.That(() => b.CrossEntropyBackward(v[0], v[1], v[3], v[4], 3, 40, Ignored, 1f), Throws.TypeOf<ArgumentOutOfRangeException>());
        };
        Assert.That(Run(OneThread, call, arrays), Is.EqualTo(arrays));
    }

    [Test]
    public void Allocates_nothing() => AllocatesNothing(Both(60, 1000), Arrays(60, 1000));
}
