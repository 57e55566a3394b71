using BenchmarkDotNet.Attributes;
using PureLlm.Autograd;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Ops;

/// <summary>Every operation through the tape at the size of a small GPT, on all threads; its float64 twin is the baseline.</summary>
[MemoryDiagnoser]
public class OpSuite
{
    private CpuBackend backend = null!;
    private OpRun run = null!;

    [ParamsSource(nameof(Operations))]
    public string Operation { get; set; } = "";

    public static IEnumerable<string> Operations
    {
        get
        {
            using CpuBackend names = new(1);
            return [.. OpCases.All.Select(item => item.Example.Op(names).Name)];
        }
    }

    [GlobalSetup]
    public void Prepare()
    {
        backend = new CpuBackend();
        run = new OpRun(backend, OpCases.All.First(item => item.Example.Op(backend).Name == Operation).Example);
    }

    [GlobalCleanup]
    public void Free()
    {
        run.Dispose();
        backend.Dispose();
    }

    [Benchmark(Baseline = true)]
    public double[] Textbook() => run.Reference();

    [Benchmark]
    public void Forward() => run.Forward();

    [Benchmark]
    public void Backward() => run.Backward();
}
