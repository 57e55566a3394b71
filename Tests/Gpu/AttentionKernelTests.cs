using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class AttentionKernelTests
{
    // Queries, keys, heads, key heads, head size, causal, window; tiles have 16 rows here, register tiles 16 columns.
    private static readonly AttentionShape[] s_shapes =
    [
        Shape(2, 7, 7, 2, 2, 8, true),
        Shape(1, 33, 33, 2, 1, 12, true),
        Shape(1, 17, 40, 1, 1, 20, true),
        Shape(1, 20, 9, 1, 1, 16, true),
        Shape(1, 19, 35, 1, 1, 5, false),
        Shape(1, 40, 40, 1, 1, 8, true, 9),
        Shape(1, 16, 32, 3, 1, 36, true, 3),
    ];

    [TestCaseSource(nameof(s_shapes))]
    public void Attention_matches_the_textbook(AttentionShape shape) => Check(shape, false);

    [TestCaseSource(nameof(s_shapes))]
    public void Attention_of_aligned_rows_matches_the_textbook(AttentionShape shape) => Check(shape, true);

    private static void Check(AttentionShape s, bool aligned)
    {
        int queries = s.Batch * s.Queries, keys = s.Batch * s.KeyBatchStride, skip = aligned ? 1 : 0;
        Matches(3e-6, (b, v) => b.Attention(v[0].Slice(skip), v[1].Slice(skip), v[2].Slice(skip), v[3].Slice(skip), v[4], s),
            Random(skip + (queries * s.QueryStride), 1), Random(skip + (keys * s.KeyStride), 2), Random(skip + (keys * s.ValueStride), 3),
            Random(skip + (queries * s.OutputStride), 4), new float[queries * s.Heads]);
    }

    private static AttentionShape Shape(int batch, int queries, int keys, int heads, int groups, int size, bool causal, int window = 0) =>
        new(batch, queries, keys, heads, groups, size, heads * size, groups * size, groups * size, heads * size, keys, causal, window, 1f / MathF.Sqrt(size));
}
