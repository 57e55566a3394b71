using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using PureLlm.Kernels;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Gpu.AttentionCheck;

namespace PureLlm.Tests.Gpu;

/// <summary>The kernels of a GPU, 256 threads in warps of 32, each a thread of the system: seconds a call.</summary>
[Explicit, Category("Slow")]
public class AttentionWideTests
{
    private GpuBackend gpu = null!;

    [OneTimeSetUp]
    public void Open()
    {
        Context context = IlgpuPlugin.CreateContext(builder => builder.CPU(new CPUDevice(32, 8, 1)));
        gpu = new GpuBackend(context.CreateCPUAccelerator(0), "ilgpu-cpu", new DeviceOptions());
    }

    [OneTimeTearDown]
    public void Close() => gpu.Dispose();

    [TestCase(8, 70, 1, 0, true)]
    [TestCase(96, 66, 1, 5, true)]
    [TestCase(132, 66, 1, 0, true)]
    [TestCase(20, 65, 2, 0, false)]
    public void A_group_of_256_threads_matches_the_textbook(int size, int time, int heads, int window, bool aligned)
    {
        AttentionShape s = Shape(1, time, time, heads, 1, size, true, window);
        float[][] arrays = Arrays(s);
        Action<Backend, View[]> call = (b, v) =>
        {
            View At(int i) => aligned ? v[i].Slice(1) : v[i].Slice(0, v[i].Length - 1);
            b.Attention(At(0), At(1), At(2), At(3), v[4].Slice(1), s);
            b.AttentionBackward(At(0), At(1), At(2), At(3), v[4].Slice(1), At(5), At(6), At(7), At(8), s);
        };
        GpuCheck.Near(GpuCheck.Run(gpu, call, arrays), GpuCheck.Run(new PlainBackend(), call, arrays), 2e-5);
    }

    [TestCase(8, 2, 130, 4)]
    [TestCase(96, 1, 129, 1)]
    [TestCase(256, 1, 20, 1)]
    public void A_decoded_token_matches_the_textbook(int size, int queries, int keys, int heads)
    {
        AttentionShape s = Shape(1, queries, keys, heads, 1, size, true);
        float[][] arrays = Arrays(s)[..5];
        Action<Backend, View[]> call = (b, v) => b.Attention(v[0].Slice(1), v[1].Slice(1), v[2].Slice(1), v[3].Slice(1), v[4].Slice(1), s);
        GpuCheck.Near(GpuCheck.Run(gpu, call, arrays), GpuCheck.Run(new PlainBackend(), call, arrays), 4e-6);
    }
}
