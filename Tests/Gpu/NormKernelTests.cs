using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;
using static PureLlm.Tests.Gpu.RowCheck;

namespace PureLlm.Tests.Gpu;

public class NormKernelTests
{
    [TestCaseSource(typeof(RowCheck), nameof(Columns))]
    public void RmsNorm_matches_the_textbook_loop(int columns) => RmsNorm(3, columns);

    [TestCaseSource(typeof(RowCheck), nameof(WideColumns))]
    public void RmsNorm_of_wide_rows_matches_the_textbook_loop(int columns) => RmsNorm(2, columns, weights: false);

    [TestCaseSource(typeof(RowCheck), nameof(Columns))]
    public void LayerNorm_matches_the_textbook_loop(int columns) => LayerNorm(3, columns);

    [TestCaseSource(typeof(RowCheck), nameof(WideColumns))]
    public void LayerNorm_of_wide_rows_matches_the_textbook_loop(int columns) => LayerNorm(2, columns, weights: false);

    [Test]
    public void Gradients_of_weights_add_chunks_of_rows()
    {
        RmsNorm(50, 8);
        LayerNorm(50, 8);
    }

    [TestCase(2, 1, 4)]
    [TestCase(0, 2, 3)]
    [TestCase(2, 2, 12)]
    public void HeadNorm_matches_the_textbook_loop(int queries, int keys, int size)
    {
        int rows = 3, total = queries + keys + 1, length = rows * total * size;
        MatchesAnywhere(1e-5, (b, v) =>
        {
            b.HeadNorm(v[0], v[1], v[2], v[3], v[4], rows, total, queries, keys, size, 1e-5f);
            b.HeadNormBackward(v[0], v[1], v[2], v[4], v[5], v[6], v[7], v[8], rows, total, queries, keys, size);
        }, Random(length), Random(size, 2), Random(size, 3), new float[length], new float[rows * (queries + keys)], Random(length, 4), Random(length, 5), Random(size, 6), Random(size, 7));
    }

    [Test]
    public void Empty_weights_are_1_and_empty_gradients_are_skipped()
    {
        Matches(1e-5, (b, v) =>
        {
            b.RmsNorm(v[0], default, v[1], v[2], 3, 5, 1e-5f);
            b.RmsNormBackward(v[0], default, v[2], v[3], v[4], default, 3, 5);
            b.RmsNormBackward(v[0], default, v[2], v[3], default, v[5], 3, 5);
            b.LayerNorm(v[0], default, default, v[1], v[6], v[2], 3, 5, 1e-5f);
            b.LayerNormBackward(v[0], default, v[6], v[2], v[3], v[4], default, default, 3, 5);
            b.LayerNormBackward(v[0], default, v[6], v[2], v[3], default, default, v[5], 3, 5);
            b.LayerNormBackward(v[0], default, v[6], v[2], v[3], default, v[5], default, 3, 5);
            b.HeadNorm(v[0], default, default, v[1], v[2], 3, 5, 1, 0, 1, 1e-5f);
        }, Random(15), new float[15], new float[3], Random(15, 2), Random(15, 3), Random(5, 4), new float[3]);
    }

    [Test]
    public void A_norm_may_overwrite_its_input()
    {
        MatchesAnywhere(1e-5, (b, v) => b.RmsNorm(v[0], v[1], v[0], v[2], 3, 20, 1e-5f), Random(60), Random(20, 2), new float[3]);
        MatchesAnywhere(1e-5, (b, v) => b.LayerNorm(v[0], v[1], v[1], v[0], v[2], v[3], 3, 20, 1e-5f), Random(60), Random(20, 2), new float[3], new float[3]);
    }

    [Test]
    public void A_kernel_is_loaded_once()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(32);
        View x = new(buffer, 0, 8), y = new(buffer, 8, 8), r = new(buffer, 16, 2), w = new(buffer, 24, 4);
        int loaded = 0;
        for (int i = 0; i < 3; i++)
        {
            GpuCheck.Gpu.RmsNorm(x, w, y, r, 2, 4, 1e-5f);
            GpuCheck.Gpu.RmsNormBackward(x, w, r, y, x, w, 2, 4);
            GpuCheck.Gpu.EmbeddingBackward(r, x, y, 2, 4);
            loaded = i == 0 ? GpuCheck.Gpu.LoadedKernels : loaded;
        }
        Assert.That(GpuCheck.Gpu.LoadedKernels, Is.EqualTo(loaded));
    }

    [Test]
    public void Heads_that_do_not_fit_are_refused()
    {
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(8);
        var view = new View(buffer, 0, 8);
        Assert.That(() => GpuCheck.Gpu.HeadNorm(view, default, default, view, view, 1, 2, 2, 1, 4, 1e-5f), Throws.ArgumentException.With.Message.Contains("do not fit into 2 heads"));
        Assert.That(() => GpuCheck.Gpu.RmsNorm(view, view, view, view, -1, 4, 1e-5f), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => GpuCheck.Gpu.RmsNorm(view, view, view, view, 2, 4, 1e-5f), Throws.ArgumentException.With.Message.Contains("'w' holds 8 numbers, but the sizes ask for 4"));
    }

    private static void RmsNorm(int rows, int columns, bool weights = true) => MatchesAnywhere(2e-5, (b, v) =>
    {
        b.RmsNorm(v[0], v[1], v[2], v[3], rows, columns, 1e-5f);
        b.RmsNormBackward(v[0], v[1], v[3], v[4], v[5], weights ? v[6] : default, rows, columns);
    }, Random(rows * columns), Random(columns, 2), new float[rows * columns], new float[rows], Random(rows * columns, 3), Random(rows * columns, 4), Random(columns, 5));

    private static void LayerNorm(int rows, int columns, bool weights = true) => MatchesAnywhere(2e-5, (b, v) =>
    {
        b.LayerNorm(v[0], v[1], v[2], v[3], v[4], v[5], rows, columns, columns == 1 ? 1f : 1e-5f);
        b.LayerNormBackward(v[0], v[1], v[4], v[5], v[6], v[7], weights ? v[8] : default, weights ? v[9] : default, rows, columns);
    }, Random(rows * columns), Random(columns, 2), Random(columns, 3), new float[rows * columns], new float[rows], new float[rows],
        Random(rows * columns, 4), Random(rows * columns, 5), Random(columns, 6), Random(columns, 7));
}
