using BenchmarkDotNet.Attributes;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;

namespace PureLlm.Benchmarks.Kernels;

/// <summary>Every kernel at its usual sizes, on one thread: textbook C# as the baseline, then each vector width.</summary>
[MemoryDiagnoser]
public class KernelSuite
{
    private KernelArm[] arms = [];

    /// <summary>"matmul.nt 256×768×768".</summary>
    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    public static IEnumerable<string> Kernels => KernelCases.All.Select(NameOf);

    internal static string NameOf(KernelCase kernel) => $"{kernel.Name} {kernel.Shape}";

    [GlobalSetup]
    public void Prepare()
    {
        KernelCase kernel = KernelCases.All.First(item => NameOf(item) == Kernel);
        float[][] values = kernel.Values();
        arms = [.. new SimdWidth?[] { null, SimdWidth.Scalar, SimdWidth.Vector256, SimdWidth.Vector512 }.Select(width => new KernelArm(kernel, width, 1, values))];
    }

    [GlobalCleanup]
    public void Free() => Array.ForEach(arms, arm => arm.Dispose());

    [Benchmark(Baseline = true)]
    public void Textbook() => arms[0].Body();

    [Benchmark]
    public void Scalar() => arms[1].Body();

    [Benchmark]
    public void Vector256() => arms[2].Body();

    [Benchmark]
    public void Vector512() => arms[3].Body();
}
