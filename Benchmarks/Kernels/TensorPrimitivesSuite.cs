using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Kernels;

/// <summary>The functions that TensorPrimitives has too, 1 M floats on one thread; a plain loop is the baseline.</summary>
[MemoryDiagnoser]
public class TensorPrimitivesSuite
{
    internal const int Length = 1 << 20;

    private const int Columns = 1024;
    private readonly float[] a = new float[Length], b = new float[Length], y = new float[Length];
    private CpuBackend backend = null!;
    private TensorBuffer memory = null!;
    private View x, w, z, one;
    private Action loop = null!, primitives = null!, kernel = null!;

    [Params("add", "multiply", "sum", "sum.squares", "sigmoid", "tanh", "softmax")]
    public string Function { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        backend = new CpuBackend(1);
        memory = backend.Allocate((3 * Length) + 16);
        (x, w, z, one) = (new View(memory, 0, Length), new View(memory, Length, Length), new View(memory, 2 * Length, Length), new View(memory, 3 * Length, 1));
        for (int i = 0; i < Length; i++) { (a[i], b[i]) = (CounterRandom.Uniform(new RandomStream(1, 1), (ulong)i), CounterRandom.Uniform(new RandomStream(1, 2), (ulong)i)); }
        backend.Write(a, x);
        backend.Write(b, w);
        (loop, primitives, kernel) = Function switch
        {
            "add" => (Each((p, q) => p + q), (Action)(() => TensorPrimitives.Add(a, b, y)), (Action)(() => backend.Add(x, w, z))),
            "multiply" => (Each((p, q) => p * q), () => TensorPrimitives.Multiply(a, b, y), () => backend.Multiply(x, w, z)),
            "sum" => (Total(p => p), () => y[0] = TensorPrimitives.Sum<float>(a), () => backend.Sum(x, one)),
            "sum.squares" => (Total(p => p * p), () => y[0] = TensorPrimitives.SumOfSquares<float>(a), () => backend.SumOfSquares(x, one)),
            "sigmoid" => (Each((p, _) => 1 / (1 + MathF.Exp(-p))), () => TensorPrimitives.Sigmoid(a, y), () => backend.Map<Sigmoid>(x, z)),
            "tanh" => (Each((p, _) => MathF.Tanh(p)), () => TensorPrimitives.Tanh(a, y), () => backend.Map<Tanh>(x, z)),
            _ => (SoftmaxLoop, SoftmaxPrimitives, () => backend.Softmax(x, z, Length / Columns, Columns)),
        };
    }

    [GlobalCleanup]
    public void Free()
    {
        memory.Dispose();
        backend.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Loop() => loop();

    [Benchmark]
    public void Primitives() => primitives();

    [Benchmark]
    public void Kernel() => kernel();

    /// <summary>Largest difference of a method's result from float64, relative to the largest value.</summary>
    internal double? ErrorOf(string method)
    {
        Prepare();
        Action body = method switch { nameof(Loop) => loop, nameof(Primitives) => primitives, _ => kernel };
        body();
        bool isTotal = Function is "sum" or "sum.squares";
        float[] actual = isTotal ? new float[1] : new float[Length];
        if (method == nameof(Kernel)) { backend.Read(isTotal ? one : z, actual); }
        else { Array.Copy(y, actual, actual.Length); }
        Free();
        double worst = 0, largest = 0;
        double[] expected = Expected();
        for (int i = 0; i < expected.Length; i++) { (worst, largest) = (Math.Max(worst, Math.Abs(actual[i] - expected[i])), Math.Max(largest, Math.Abs(expected[i]))); }
        return worst / largest;
    }

    private double[] Expected() => Function switch
    {
        "add" => [.. a.Zip(b, (p, q) => (double)p + q)],
        "multiply" => [.. a.Zip(b, (p, q) => (double)p * q)],
        "sum" => [a.Sum(p => (double)p)],
        "sum.squares" => [a.Sum(p => (double)p * p)],
        "sigmoid" => [.. a.Select(p => 1 / (1 + Math.Exp(-p)))],
        "tanh" => [.. a.Select(p => Math.Tanh(p))],
        _ => [.. a.Chunk(Columns).SelectMany(row =>
        {
            double total = row.Sum(p => Math.Exp(p));
            return row.Select(p => Math.Exp(p) / total);
        })],
    };

    private Action Each(Func<float, float, float> function) => () =>
    {
        for (int i = 0; i < Length; i++) { y[i] = function(a[i], b[i]); }
    };

    private Action Total(Func<float, float> function) => () =>
    {
        float sum = 0;
        foreach (float value in a) { sum += function(value); }
        y[0] = sum;
    };

    private void SoftmaxLoop()
    {
        for (int start = 0; start < Length; start += Columns)
        {
            float largest = a[start], sum = 0;
            for (int i = start; i < start + Columns; i++) { largest = Math.Max(largest, a[i]); }
            for (int i = start; i < start + Columns; i++) { sum += y[i] = MathF.Exp(a[i] - largest); }
            for (int i = start; i < start + Columns; i++) { y[i] /= sum; }
        }
    }

    private void SoftmaxPrimitives()
    {
        for (int start = 0; start < Length; start += Columns) { TensorPrimitives.SoftMax<float>(a.AsSpan(start, Columns), y.AsSpan(start, Columns)); }
    }
}
