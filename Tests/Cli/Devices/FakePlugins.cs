using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;

namespace PureLlm.Tests.Cli.Devices;

/// <summary>What emitted plug-ins derive from: a device "cuda" that is the CPU under another name.</summary>
public class FakePlugin : DevicePlugin
{
    /// <summary>What was opened, in order.</summary>
    public static List<(string Device, DeviceOptions Options)> Opened { get; } = [];

    public override string Description => "fake 1.0";

    public override DeviceReport Find() => new(
        [new DeviceInfo("cuda", "Fake H1", 80L << 30, "sm_00, a driver of paper"), new DeviceInfo("ilgpu-cpu", "an emulation", 1L << 30, "for tests", IsEmulated: true)],
        ["cuda:1 has fallen off the bus"]);

    public override Backend Open(DeviceInfo device, DeviceOptions options)
    {
        Opened.Add((device.Id, options));
        return new CpuBackend(1, CpuFeatures.Width);
    }

    public override IEnumerable<KernelCode> Compile(string architecture) => [new KernelCode("FakeKernels.Nothing<T>", $".target {architecture}\n.entry nothing()")];

    public override void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>Fails when it is made.</summary>
public class ThrowingPlugin : FakePlugin
{
    public ThrowingPlugin() => throw new InvalidOperationException("the moon is full");
}

/// <summary>Lists a device that it cannot open.</summary>
public class RefusingPlugin : FakePlugin
{
    public override Backend Open(DeviceInfo device, DeviceOptions options) => throw new DeviceException($"{device.Id}: another program holds it");
}

/// <summary>Knows only an emulation.</summary>
public class EmulatingPlugin : FakePlugin
{
    public override DeviceReport Find() => new([base.Find().Devices[1]], ["CUDA: no NVIDIA driver"]);
}
