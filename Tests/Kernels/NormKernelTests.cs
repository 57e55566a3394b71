using PureLlm.Kernels;
using static PureLlm.Tests.Kernels.KernelCheck;

namespace PureLlm.Tests.Kernels;

/// <summary>RMSNorm, LayerNorm, and RMSNorm of heads.</summary>
public class NormKernelTests
{
    private const float Epsilon = 1e-5f;

    // x, w, b, y, mean, r, dy, dx, dw, db; gradients start at random values.
    private static float[][] Arrays(int rows, int columns, float size = 2f) =>
    [
        Random(rows * columns, 1, size), Random(columns, 2), Random(columns, 3), new float[rows * columns], new float[rows], new float[rows],
        Random(rows * columns, 4), Random(rows * columns, 5), Random(columns, 6), Random(columns, 7),
    ];

    private static Action<Backend, View[]> Rms(int rows, int columns, bool weight = true, bool dx = true, bool dw = true) => (b, v) =>
    {
        b.RmsNorm(v[0], weight ? v[1] : default, v[3], v[5], rows, columns, Epsilon);
        b.RmsNormBackward(v[0], weight ? v[1] : default, v[5], v[6], dx ? v[7] : default, dw ? v[8] : default, rows, columns);
    };

    private static Action<Backend, View[]> Layer(int rows, int columns, bool weight = true, bool bias = true, bool dx = true, bool dw = true) => (b, v) =>
    {
        b.LayerNorm(v[0], weight ? v[1] : default, bias ? v[2] : default, v[3], v[4], v[5], rows, columns, Epsilon);
        b.LayerNormBackward(v[0], weight ? v[1] : default, v[4], v[5], v[6], dx ? v[7] : default, dw ? v[8] : default, bias ? v[9] : default, rows, columns);
    };

    [Test]
    public void Match_the_textbook_loop_at_every_number_of_columns()
    {
        foreach (int columns in Lengths)
        {
            Matches(3e-5, Rms(3, columns), columns is 17 or 256, Arrays(3, columns));
            if (columns > 2)
            {
                Matches(3e-5, Layer(3, columns), columns is 17 or 256, Arrays(3, columns));
            }
        }
    }

    [TestCase(200, 96)]
    [TestCase(67, 768)]
    [TestCase(40, 1000)]
    [TestCase(2000, 4)]
    [TestCase(3, 20000)]
    [TestCase(1, 64)]
    [TestCase(0, 64)]
    public void Match_the_textbook_loop_on_many_rows_with_the_same_bits_everywhere(int rows, int columns)
    {
        Matches(1e-4, Rms(rows, columns), true, Arrays(rows, columns));
        Matches(1e-4, Layer(rows, columns), true, Arrays(rows, columns));
    }

    [Test]
    public void Missing_weights_biases_and_gradients_are_skipped([Values] bool weight, [Values] bool dx, [Values] bool dw)
    {
        Matches(3e-5, Rms(50, 37, weight, dx, dw), true, Arrays(50, 37));
        Matches(3e-5, Layer(50, 37, weight, true, dx, dw), true, Arrays(50, 37));
        Matches(3e-5, Layer(50, 37, weight, false, dx, dw), true, Arrays(50, 37));
    }

    [Test]
    public void A_row_of_zeros_is_finite() => Matches(1e-3, Rms(1, 32), false, Arrays(1, 32, size: 0f));

    [Test]
    public void A_row_alone_has_the_bits_that_it_has_among_others()
    {
        float[][] many = Run(OneThread, Rms(70, 48), Arrays(70, 48));
        float[][] arrays = Arrays(1, 48);
        arrays[0] = Random(70 * 48)[(69 * 48)..];
        Assert.That(Run(OneThread, Rms(1, 48), arrays)[3], Is.EqualTo(many[3][(69 * 48)..]));
    }

    [TestCase(1, 2, 1, 8)]
    [TestCase(40, 6, 2, 16)]
    [TestCase(300, 4, 0, 10)]
    [TestCase(17, 0, 3, 33)]
    [TestCase(0, 4, 2, 8)]
    public void Head_norm_matches_the_textbook_loop(int rows, int queries, int keys, int size)
    {
        int total = queries + (2 * keys), columns = total * size;
        float[][] arrays =
        [
            Random(rows * columns, 1), Random(size, 2), Random(size, 3), new float[rows * columns], new float[rows * (queries + keys)],
            Random(rows * columns, 4), Random(rows * columns, 5), Random(size, 6), Random(size, 7),
        ];
        Action<Backend, View[]> call = (b, v) =>
        {
            b.HeadNorm(v[0], v[1], v[2], v[3], v[4], rows, total, queries, keys, size, Epsilon);
            b.HeadNormBackward(v[0], v[1], v[2], v[4], v[5], v[6], v[7], v[8], rows, total, queries, keys, size);
        };
        Matches(1e-4, call, true, arrays);
        AllocatesNothing(call, arrays);
    }

    [Test]
    public void Allocate_nothing()
    {
        AllocatesNothing(Rms(300, 96), Arrays(300, 96));
        AllocatesNothing(Layer(300, 96), Arrays(300, 96));
    }

    [Test]
    public void Wrong_lengths_are_named()
        => Assert.That(() => Run(OneThread, Rms(3, 16), Arrays(3, 8)), Throws.ArgumentException.With.Message.EqualTo("RmsNorm: 'x' holds 24 floats, but the sizes ask for 48."));
}
