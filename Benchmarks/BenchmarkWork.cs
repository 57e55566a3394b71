using BenchmarkDotNet.Running;
using PureLlm.Benchmarks.Kernels;
using PureLlm.Benchmarks.Ops;
using PureLlm.Benchmarks.Steps;
using PureLlm.Benchmarks.Tokenizer;
using PureLlm.Cli.Benching;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks;

/// <summary>What one benchmark computes: operations, bytes, and how wrong it is. Runs in the host process, after the measurement.</summary>
internal sealed record BenchmarkWork(double Operations, double Bytes, int Threads, Func<double?> Error)
{
    private static readonly Dictionary<BenchmarkCase, BenchmarkWork?> s_known = [];
    private static readonly Dictionary<int, ICeilings> s_ceilings = [];

    /// <summary>The share of the machine's ceiling that this time means.</summary>
    public double Roof(double seconds)
    {
        if (!s_ceilings.TryGetValue(Threads, out ICeilings? ceilings)) { s_ceilings[Threads] = ceilings = new MachineCeilings(Threads); }
        return ceilings.Share(Operations, Bytes, seconds);
    }

    /// <summary>Null where a suite has nothing to say.</summary>
    public static BenchmarkWork? Of(BenchmarkCase benchmark)
    {
        if (!s_known.TryGetValue(benchmark, out BenchmarkWork? work)) { s_known[benchmark] = work = Find(benchmark); }
        return work;
    }

    private static BenchmarkWork? Find(BenchmarkCase benchmark)
    {
        string method = benchmark.Descriptor.WorkloadMethod.Name;
        string Parameter(string name) => (string)benchmark.Parameters[name];
        return benchmark.Descriptor.Type.Name switch
        {
            nameof(KernelSuite) => OfKernel(Parameter(nameof(KernelSuite.Kernel)), method),
            nameof(OpSuite) => OfOperation(Parameter(nameof(OpSuite.Operation)), method),
            nameof(StepSuite) => OfStep(Parameter(nameof(StepSuite.Model))),
            nameof(TokenizerSuite) => new(0, TokenizerSuite.TextBytes, 1, () => null),
            nameof(TensorPrimitivesSuite) => OfFunction(Parameter(nameof(TensorPrimitivesSuite.Function)), method),
            _ => null,
        };
    }

    private static BenchmarkWork OfKernel(string name, string method)
    {
        KernelCase kernel = KernelCases.All.First(item => KernelSuite.NameOf(item) == name);
        return new(kernel.Operations, kernel.Bytes, 1, Once(() =>
        {
            float[][] values = kernel.Values();
            double[][] expected = Array.ConvertAll(values, array => Array.ConvertAll(array, x => (double)x));
            kernel.Textbook(expected);
            using KernelArm arm = new(kernel, Enum.TryParse(method, out SimdWidth width) ? width : null, 1, values);
            return arm.Error(expected);
        }));
    }

    private static BenchmarkWork? OfOperation(string name, string method)
    {
        using CpuBackend names = new(1);
        var (example, operations) = OpCases.All.First(item => item.Example.Op(names).Name == name);
        double inputs = sizeof(float) * example.Inputs.Sum(shape => (double)shape.Length), output = 0;
        using (OpRun run = new(names, example)) { output = sizeof(float) * (double)run.OutputLength; }
        return method switch
        {
            nameof(OpSuite.Forward) => new(operations, inputs + output, Environment.ProcessorCount, Once(() =>
            {
                using CpuBackend backend = new();
                using OpRun run = new(backend, example);
                return run.Error();
            })),
            nameof(OpSuite.Backward) => new((name == "attention" ? 2.5 : 2) * operations, (3 * inputs) + output, Environment.ProcessorCount, () => null),
            _ => null,
        };
    }

    private static BenchmarkWork OfStep(string name)
    {
        StepShape shape = StepShape.All.First(item => item.Name == name);
        using LanguageModel model = LanguageModel.Create(shape.Model, shape.Vocabulary);
        return new(shape.Operations(model), 0, Environment.ProcessorCount, () => null);
    }

    private static BenchmarkWork OfFunction(string name, string method)
    {
        double arrays = name switch { "add" or "multiply" => 3, "sum" or "sum.squares" => 1, _ => 2 };
        return new(0, arrays * sizeof(float) * TensorPrimitivesSuite.Length, 1, Once(() => new TensorPrimitivesSuite { Function = name }.ErrorOf(method)));
    }

    private static Func<double?> Once(Func<double?> measure)
    {
        Lazy<double?> value = new(measure);
        return () => value.Value;
    }
}
