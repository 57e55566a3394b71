using System.Diagnostics;
using System.Globalization;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Kernels;

/// <summary>GFLOP/s of causal attention, counting the causal half alone, beside the multiply-add peak measured in the same run.</summary>
internal static class AttentionSpeed
{
    private static readonly (int Batch, int Time, int Heads, int Groups, int Size)[] s_shapes =
        [(1, 256, 4, 4, 64), (8, 256, 6, 6, 64), (1, 1024, 6, 6, 64), (8, 128, 4, 4, 16), (12, 64, 4, 4, 32), (4, 256, 8, 2, 80)];

    /// <summary>Prints one line for each shape and thread count.</summary>
    public static void Run(string[] args)
    {
        int milliseconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 300;
        Console.WriteLine($"{CpuFeatures.Description}");
        foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            using CpuBackend backend = new(threads);
            double peak = MatMulSpeed.Peak(backend, milliseconds / 4);
            Console.WriteLine($"threads {threads}: FMA peak {peak:F0} GFLOP/s");
            foreach ((int batch, int time, int heads, int groups, int size) in s_shapes)
            {
                int row = (heads + (2 * groups)) * size;
                AttentionShape shape = new(batch, time, time, heads, groups, size, row, row, row, heads * size, time, true, 0, 1f / MathF.Sqrt(size));
                (double forward, double backward) = Measure(backend, shape, milliseconds);
                double work = 2.0 * batch * heads * time * (time + 1) * size * 1e-9;
                double rate = work / forward, backRate = 2.5 * work / backward, both = 3.5 * work / (forward + backward);
                Console.WriteLine($"B {batch} T {time,4} H {heads}/{groups} D {size,2}   forward {rate,6:F1} {rate / peak,4:P0}   backward {backRate,6:F1} {backRate / peak,4:P0}   both {both,6:F1} {both / peak,4:P0}   {(forward + backward) * 1e3:F2} ms");
            }
        }
    }

    private static (double Forward, double Backward) Measure(CpuBackend backend, AttentionShape shape, int milliseconds)
    {
        int rows = shape.Batch * shape.Queries, keys = shape.Heads * shape.HeadSize, values = keys + (shape.KeyValueHeads * shape.HeadSize);
        View qkv = MatMulSpeed.Random(backend, rows * shape.QueryStride), dqkv = MatMulSpeed.Random(backend, rows * shape.QueryStride);
        View y = MatMulSpeed.Random(backend, rows * keys), dy = MatMulSpeed.Random(backend, rows * keys), logSumExp = MatMulSpeed.Random(backend, rows * shape.Heads);
        (double forward, double backward) = (double.MaxValue, double.MaxValue);
        int calls = 0;
        long end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        do
        {
            long start = Stopwatch.GetTimestamp();
            backend.Attention(qkv, qkv.Slice(keys), qkv.Slice(values), y, logSumExp, shape);
            long middle = Stopwatch.GetTimestamp();
            backend.AttentionBackward(qkv, qkv.Slice(keys), qkv.Slice(values), y, logSumExp, dy, dqkv, dqkv.Slice(keys), dqkv.Slice(values), shape);
            forward = Math.Min(forward, Stopwatch.GetElapsedTime(start, middle).TotalSeconds);
            backward = Math.Min(backward, Stopwatch.GetElapsedTime(middle).TotalSeconds);
        }
        while (++calls < 5 || Stopwatch.GetTimestamp() < end);
        foreach (View view in new[] { qkv, dqkv, y, dy, logSumExp })
        {
            view.Buffer.Dispose();
        }
        return (forward, backward);
    }
}
