using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.AttentionCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Gradients of attention, added to what is there.</summary>
public class AttentionBackwardKernelTests
{
    private static readonly AttentionShape[] s_shapes =
    [
        Shape(2, 7, 7, 2, 2, 8, true),
        Shape(1, 18, 18, 4, 2, 12, true),
        Shape(1, 1, 1, 1, 1, 4, true),
        Shape(1, 20, 9, 1, 1, 16, true),
        Shape(1, 5, 19, 3, 1, 5, false),
        Shape(1, 40, 40, 1, 1, 8, true, 9),
        Shape(1, 3, 17, 2, 2, 36, false),
        Shape(2, 5, 18, 4, 2, 12, true) with { QueryStride = 52, KeyStride = 40, ValueStride = 28, OutputStride = 60, KeyBatchStride = 21 },
    ];

    [TestCaseSource(nameof(s_shapes))]
    public void Gradients_match_the_textbook(AttentionShape shape) => Backward(shape, false);

    [TestCaseSource(nameof(s_shapes))]
    public void Gradients_of_aligned_rows_match_the_textbook(AttentionShape shape) => Backward(shape, true);

    [TestCase("q")]
    [TestCase("k")]
    [TestCase("v")]
    [TestCase("")]
    public void Only_what_is_asked_for_is_computed(string wanted) => Backward(Shape(1, 6, 6, 2, 1, 4, true), true, wanted);

    [Test]
    public void A_NaN_reaches_the_gradients_that_meet_it_alone()
    {
        AttentionShape shape = Shape(2, 18, 18, 2, 2, 8, true);
        float[][] arrays = Arrays(shape);
        arrays[5][1 + (17 * 16) + 3] = float.NaN;
        Backward(shape, true, "qkv", arrays);
    }
}
