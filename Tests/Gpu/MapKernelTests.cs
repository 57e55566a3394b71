using PureLlm.Kernels;
using static PureLlm.Tests.Gpu.GpuCheck;

namespace PureLlm.Tests.Gpu;

public class MapKernelTests
{
    [TestCaseSource(typeof(GpuCheck), nameof(Lengths))]
    public void A_function_has_the_bits_that_it_has_on_the_processor(int length) => Matches(0, (b, v) => b.Map<Silu>(v[0], v[1]), Random(length), new float[length]);
}
