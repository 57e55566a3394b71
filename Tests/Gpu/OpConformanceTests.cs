using PureLlm.Autograd;
using PureLlm.Autograd.Inspection;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Tests.Gpu;

/// <summary>Every example of every op on the emulating processor.</summary>
public class OpConformanceTests
{
    private static IEnumerable<TestCaseData> Examples =>
        OpCatalog.Examples.Select(entry => new TestCaseData(entry.Example).SetArgDisplayNames($"{entry.Declarer.Name} {entry.Example.Label}".Trim()));

    [TestCaseSource(nameof(Examples))]
    public void Results_and_gradients_are_the_processors(OpExample example)
    {
        using var cpu = new CpuBackend(1);
        OpConformanceResult result = OpConformance.Run(GpuCheck.Gpu, cpu, example);
        Assert.That(result.Passes(), result.ToString());
    }

    [TestCaseSource(nameof(Examples))]
    public void Gradients_agree_with_float64_differences(OpExample example)
    {
        foreach (GradientCheckResult result in GradientCheck.Run(GpuCheck.Gpu, example)) { Assert.That(result.Passes(), result.ToString()); }
    }
}
