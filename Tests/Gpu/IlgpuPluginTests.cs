using System.Reflection;
using PureLlm.Cli.Devices;
using PureLlm.Kernels;
using PureLlm.Kernels.Devices;
using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

public sealed class IlgpuPluginTests
{
    [Test]
    public void The_plug_in_is_loaded_from_its_file_as_the_program_loads_it()
    {
        string file = typeof(IlgpuPlugin).Assembly.Location;
        using DevicePlugin plugin = PluginLoader.Load(new PluginPlace(file, true))!;
        Assert.That(plugin.Description, Is.EqualTo("ILGPU 1.5.3"));
        Assert.That(plugin.GetType(), Is.Not.EqualTo(typeof(IlgpuPlugin)), "it lives in a context of its own");
        using Backend backend = plugin.Open(plugin.Find().Devices.Single(device => device.IsEmulated), new DeviceOptions());
        using TensorBuffer buffer = backend.Allocate(3);
        backend.Fill(new View(buffer, 0, 3), 2.5f);
        float[] values = new float[3];
        backend.Read(new View(buffer, 0, 3), values);
        Assert.That(values, Is.All.EqualTo(2.5f));
        Assert.That(plugin.Compile("sm_90").First().Text, Does.Contain(".version"));
    }

    [Test]
    public void It_finds_the_emulating_processor_and_CUDA_or_says_why_not()
    {
        using var plugin = new IlgpuPlugin();
        DeviceReport report = plugin.Find();
        Assert.That(report.Devices[^1].Id, Is.EqualTo("ilgpu-cpu"));
        Assert.That(report.Devices[^1].IsEmulated);
        Assert.That(report.Devices.Count(device => device.Id.StartsWith("cuda", StringComparison.Ordinal)) + report.Problems.Count, Is.GreaterThan(0));
        Assert.That(report.Devices.SkipLast(1).Select(device => device.IsEmulated), Has.None.True);
    }

    [Test]
    public void It_says_its_contract() =>
        Assert.That(typeof(IlgpuPlugin).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == DevicePlugin.ContractKey).Value, Is.EqualTo(DevicePlugin.Contract));
}
