using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Gpu;

public class ThreadTests
{
    [Test]
    public async Task Calls_may_come_from_any_thread()
    {
        float[] x = GpuCheck.Random(33), actual = new float[33], expected = new float[33];
        using TensorBuffer buffer = GpuCheck.Gpu.Allocate(33);
        View view = new(buffer, 0, 33);
        await Task.Factory.StartNew(() => GpuCheck.Gpu.Write(x, view), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        GpuCheck.Gpu.Map<Silu>(view, view);
        await Task.Factory.StartNew(() => GpuCheck.Gpu.Read(view, actual), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using CpuBackend cpu = new(1);
        using TensorBuffer host = cpu.Allocate(33);
        cpu.Write(x, new View(host, 0, 33));
        cpu.Map<Silu>(new View(host, 0, 33), new View(host, 0, 33));
        cpu.Read(new View(host, 0, 33), expected);
        Assert.That(actual, Is.EqualTo(expected));
    }
}
