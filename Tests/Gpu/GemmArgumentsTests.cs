using PureLlm.Kernels;
using PureLlm.Kernels.Gpu;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class GemmArgumentsTests
{
    [Test]
    public void A_column_major_library_gives_the_row_major_product([Values] MatMulLayout layout, [Values] bool accumulates)
    {
        (int m, int n, int k) = (3, 5, 4);
        float[] a = Random(m * k, 1), b = Random(k * n, 2), c = Random(m * n, 3);
        float[] expected = Run(new Kernels.PlainBackend(), (backend, v) => backend.MatMul(layout, v[0], v[1], v[2], m, n, k, accumulates), [a, b, c])[2];
        TextbookGemm.Multiply(GemmArguments.Of(layout, m, n, k), i => b[i], i => a[i], c, accumulates);
        Near([c], [expected], 1e-6);
    }
}
