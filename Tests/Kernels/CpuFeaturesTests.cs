using System.Runtime.Intrinsics.X86;
using PureLlm.Kernels;

namespace PureLlm.Tests.Kernels;

public class CpuFeaturesTests
{
    [TestCase("512", SimdWidth.Vector512)]
    [TestCase(" 256 ", SimdWidth.Vector256)]
    [TestCase("1", SimdWidth.Scalar)]
    public void The_variable_forces_the_width(string value, SimdWidth expected) =>
        Assert.That(CpuFeatures.Choose(value), Is.EqualTo(expected));

    [TestCase(null)]
    [TestCase("")]
    public void Without_it_the_hardware_decides(string? value)
    {
        Assert.That(CpuFeatures.Choose(value), Is.EqualTo(CpuFeatures.Detected));
        Assert.That(CpuFeatures.Detected == SimdWidth.Vector512, Is.EqualTo(Avx512F.IsSupported));
    }

    [TestCase("128")]
    [TestCase("wide")]
    public void Another_value_is_refused_with_the_choices(string value) =>
        Assert.That(() => CpuFeatures.Choose(value), Throws.InvalidOperationException.With.Message.Contains($"'{value}'").And.Message.Contains("512, 256 or 1"));

    [Test]
    public void The_description_names_the_width_in_use() =>
        Assert.That(CpuFeatures.Description, Does.Contain("in use").And.Contain("hardware:"));
}
