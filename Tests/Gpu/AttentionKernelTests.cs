using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.AttentionCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Tiles of 16 rows and panels of 16 or 32 columns here; 64 rows and 64 or 128 columns on a GPU.</summary>
public class AttentionKernelTests
{
    private static readonly AttentionShape[] s_shapes =
    [
        Shape(2, 7, 7, 2, 2, 8, true),
        Shape(1, 33, 33, 2, 1, 12, true),
        Shape(1, 1, 17, 1, 1, 4, true),
        Shape(1, 20, 9, 1, 1, 16, true),
        Shape(1, 19, 35, 1, 1, 5, false),
        Shape(1, 40, 40, 1, 1, 8, true, 9),
        Shape(1, 16, 32, 3, 1, 20, true, 3),
        Shape(1, 3, 17, 2, 2, 33, false),
        Shape(1, 17, 18, 1, 1, 72, true),
        Shape(2, 5, 18, 4, 2, 12, true) with { QueryStride = 52, KeyStride = 40, ValueStride = 28, OutputStride = 60, KeyBatchStride = 21 },
        Shape(2, 4, 0, 2, 1, 8, false),
        Shape(1, 17, 17, 1, 1, 8, true) with { Scale = 3f },
    ];

    [TestCaseSource(nameof(s_shapes))]
    public void Attention_matches_the_textbook(AttentionShape shape) => Forward(shape, false, 0);

    [TestCaseSource(nameof(s_shapes))]
    public void Attention_of_aligned_rows_matches_the_textbook(AttentionShape shape) => Forward(shape, true, 0);

    [TestCase(0, 5)]
    [TestCase(1, 18)]
    public void A_NaN_reaches_the_queries_that_meet_it_alone(int array, int row)
    {
        AttentionShape shape = Shape(2, 20, 20, 2, 2, 8, true);
        float[][] arrays = Arrays(shape);
        arrays[array][(row * 16) + 3] = float.NaN;
        Forward(shape, true, 0, arrays);
    }

    [Test]
    public void A_view_that_is_too_short_is_refused()
    {
        AttentionShape shape = Shape(1, 4, 4, 1, 1, 4, true);
        Assert.That(() => GpuCheck.Run(GpuCheck.Gpu, (b, v) => b.Attention(v[0], v[0], v[1], v[0], v[0], shape), [new float[16], new float[15]]),
            Throws.ArgumentException.With.Message.Contains("'v' holds 15 floats"));
    }
}
