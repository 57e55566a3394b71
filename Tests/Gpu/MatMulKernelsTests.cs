using PureLlm.Kernels;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class MatMulKernelsTests
{
    private static readonly MatMulLayout[] s_layouts = [MatMulLayout.NN, MatMulLayout.NT, MatMulLayout.TN];

    [Test]
    public void A_product_has_the_numbers_of_the_textbook_loop([ValueSource(nameof(s_layouts))] MatMulLayout layout, [Values(0, 1, 2)] int size)
    {
        (int m, int n, int k) = size switch { 0 => (1, 1, 1), 1 => (9, 7, 5), _ => (17, 33, 13) };
        Multiplies(layout, m, n, k, accumulate: false, withBias: false);
    }

    /// <summary>With the plan that the sizes ask for, or another.</summary>
    private static void Multiplies(MatMulLayout layout, int m, int n, int k, bool accumulate, bool withBias, MatMulPlan? plan = null)
    {
        GpuCheck.Gpu.ForcedPlan = plan;
        try
        {
            Matches(1e-5, (b, v) => b.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulate, withBias ? v[3] : default), Random(m * k, 1), Random(k * n, 2), Random(m * n, 3), Random(n, 4));
        }
        finally
        {
            GpuCheck.Gpu.ForcedPlan = null;
        }
    }
}
