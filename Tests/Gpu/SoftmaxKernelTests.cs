using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;
using static PureLlm.Tests.Gpu.RowCheck;

namespace PureLlm.Tests.Gpu;

public class SoftmaxKernelTests
{
    [TestCaseSource(typeof(RowCheck), nameof(Columns))]
    public void Matches_the_textbook_loop(int columns) => Both(3, columns);

    [TestCaseSource(typeof(RowCheck), nameof(WideColumns))]
    public void Matches_the_textbook_loop_on_wide_rows(int columns) => Both(2, columns);

    [Test]
    public void May_overwrite_its_input() => MatchesAnywhere(1e-6, (b, v) => b.Softmax(v[0], v[0], 3, 20), Random(60, size: 20));

    [Test]
    public void Keeps_large_logits_and_masked_ones_apart()
        => Matches(1e-6, (b, v) => b.Softmax(v[0], v[1], 1, 5), [1e30f, 1e30f, float.NegativeInfinity, 0f, -1e30f], new float[5]);

    [Test]
    public void Not_a_number_spoils_its_row_alone()
        => Matches(1e-6, (b, v) => b.Softmax(v[0], v[1], 2, 3), [0f, float.NaN, 1f, 0f, 1f, 2f], new float[6]);

    private static void Both(int rows, int columns) => MatchesAnywhere(1e-5, (b, v) =>
    {
        b.Softmax(v[0], v[1], rows, columns);
        b.SoftmaxBackward(v[1], v[2], v[3], rows, columns);
    }, Random(rows * columns, size: 5), new float[rows * columns], Random(rows * columns, 2), Random(rows * columns, 3));
}
