using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.AttentionCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>Chunks of 8 keys here, of 128 on a GPU; blocks of 8 rows.</summary>
public class AttentionSplitKernelTests
{
    private static readonly AttentionShape[] s_shapes =
    [
        Shape(1, 1, 1, 1, 1, 4, true),
        Shape(2, 1, 9, 2, 1, 8, true),
        Shape(1, 1, 43, 1, 1, 20, false),
        Shape(1, 3, 12, 4, 1, 12, true),
        Shape(1, 2, 30, 1, 1, 5, true, 4),
        Shape(1, 5, 3, 2, 2, 33, true),
        Shape(2, 2, 17, 2, 2, 12, true) with { QueryStride = 28, KeyStride = 40, ValueStride = 32, OutputStride = 36, KeyBatchStride = 19 },
    ];

    [TestCaseSource(nameof(s_shapes))]
    public void Chunks_of_keys_match_the_textbook(AttentionShape shape) => Forward(shape, false, 8);

    [TestCaseSource(nameof(s_shapes))]
    public void Chunks_of_aligned_keys_match_the_textbook(AttentionShape shape) => Forward(shape, true, 8);

    [Test]
    public void A_sequence_has_the_bits_that_it_has_alone()
    {
        AttentionShape two = Shape(2, 1, 20, 2, 1, 8, true), one = two with { Batch = 1 };
        float[][] arrays = Arrays(two)[..5];
        float[][] together = GpuCheck.Run(GpuCheck.Gpu, (b, v) => b.Attention(v[0], v[1], v[2], v[3], v[4], two), arrays);
        float[][] alone = GpuCheck.Run(GpuCheck.Gpu, (b, v) => b.Attention(v[0], v[1], v[2], v[3], v[4], one), arrays);
        Assert.That(together[3].Take(16), Is.EqualTo(alone[3].Take(16)));
        Assert.That(together[4].Take(2), Is.EqualTo(alone[4].Take(2)));
    }

    [Test]
    public void A_NaN_reaches_the_queries_that_meet_it_alone()
    {
        AttentionShape shape = Shape(2, 2, 10, 2, 2, 8, true);
        float[][] arrays = Arrays(shape);
        arrays[1][(9 * 16) + 3] = float.NaN;
        Forward(shape, true, 8, arrays);
    }
}
