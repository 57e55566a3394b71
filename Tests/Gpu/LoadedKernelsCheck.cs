using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>After all tests: what they launched is what <see cref="KernelCatalog"/> compiles and checks.</summary>
[SetUpFixture]
public sealed class LoadedKernelsCheck
{
    [OneTimeTearDown]
    public void Every_kernel_that_was_launched_is_in_the_catalog() =>
        Assert.That(GpuCheck.Gpu.LoadedMethods.Select(method => method.IsGenericMethod ? method.GetGenericMethodDefinition() : method).Except(KernelCatalog.Definitions).Select(method => $"{method.DeclaringType!.Name}.{method.Name}"), Is.Empty,
            "a kernel is a public static method of a class whose name ends in Kernels");
}
