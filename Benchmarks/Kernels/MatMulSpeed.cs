using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Kernels;

/// <summary>GFLOP/s of the matrix product on the shapes that count, beside the multiply-add peak measured in the same run.</summary>
/// <remarks>The best of many short calls: on a shared machine the best is what the code can do, the rest is the neighbours.</remarks>
internal static unsafe class MatMulSpeed
{
    private static readonly (int M, int N, int K)[] s_shapes =
    [
        (256, 768, 768), (256, 3072, 768), (256, 768, 3072), (1024, 384, 384), (4096, 1152, 384), (2048, 768, 288), (1024, 1024, 1024),
        (768, 64, 512), (1024, 64, 64), (1024, 192, 64), (1024, 256, 64), (64, 64, 1024), (255, 767, 769), (33, 1000, 129),
        (8, 768, 3072), (2, 768, 3072), (1, 768, 768), (1, 50257, 768),
    ];

    /// <summary>Prints one line for each shape, layout and thread count.</summary>
    public static void Run(string[] args)
    {
        int milliseconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
        string only = args.Length > 1 ? args[1] : "";
        Console.WriteLine($"{CpuFeatures.Description}");
        foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            using var backend = new CpuBackend(threads);
            double peak = Peak(backend, milliseconds);
            Console.WriteLine($"threads {threads}: FMA peak {peak:F0} GFLOP/s");
            foreach ((int m, int n, int k) in s_shapes)
            {
                if (!$"{m}x{n}x{k}".Contains(only, StringComparison.Ordinal))
                {
                    continue;
                }
                Console.Write($"{m,5} x {n,5} x {k,4} ");
                foreach (MatMulLayout layout in new[] { MatMulLayout.NT, MatMulLayout.NN, MatMulLayout.TN })
                {
                    double rate = 2.0 * m * n * k / Measure(backend, layout, m, n, k, milliseconds) * 1e-9;
                    string bandwidth = m <= 8 ? $" {rate / 2 / m * 4,5:F1} GB/s" : "";
                    Console.Write($"   {layout} {rate,6:F1} {rate / peak,4:P0}{bandwidth}");
                }
                Console.WriteLine();
            }
        }
    }

    private static double Measure(CpuBackend backend, MatMulLayout layout, int m, int n, int k, int milliseconds)
    {
        View a = Random(backend, m * k), b = Random(backend, k * n), c = Random(backend, m * n);
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + milliseconds * Stopwatch.Frequency / 1000;
        int calls = 0;
        do
        {
            long start = Stopwatch.GetTimestamp();
            backend.MatMul(layout, a, b, c, m, n, k);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (++calls < 5 || Stopwatch.GetTimestamp() < end);
        a.Buffer.Dispose();
        b.Buffer.Dispose();
        c.Buffer.Dispose();
        return best;
    }

    internal static View Random(CpuBackend backend, int length)
    {
        var view = new View(backend.Allocate(length), 0, length);
        var random = new Random(length);
        foreach (ref float value in view.Span)
        {
            value = random.NextSingle() - 0.5f;
        }
        return view;
    }

    internal static double Peak(CpuBackend backend, int milliseconds)
    {
        using var team = new ThreadTeam(backend.Threads);
        const int Steps = 200_000;
        double best = double.MaxValue;
        bool is512 = backend.Width == SimdWidth.Vector512;
        long end = Stopwatch.GetTimestamp() + 3 * milliseconds * Stopwatch.Frequency / 1000;
        float* sink = stackalloc float[16 * backend.Threads];
        do
        {
            long start = Stopwatch.GetTimestamp();
            team.For(backend.Threads, sink, is512 ? &Chains512 : &Chains256);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetTimestamp() < end);
        return 2.0 * Steps * 10 * (is512 ? 16 : 8) * backend.Threads / best * 1e-9;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Chains256(float* sink, int chunk, int worker)
        {
            Vector256<float> x = Vector256.Create(0.5f), c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x;
            for (int i = 0; i < Steps; i++)
            {
                c0 = Vector256.FusedMultiplyAdd(c0, x, x);
                c1 = Vector256.FusedMultiplyAdd(c1, x, x);
                c2 = Vector256.FusedMultiplyAdd(c2, x, x);
                c3 = Vector256.FusedMultiplyAdd(c3, x, x);
                c4 = Vector256.FusedMultiplyAdd(c4, x, x);
                c5 = Vector256.FusedMultiplyAdd(c5, x, x);
                c6 = Vector256.FusedMultiplyAdd(c6, x, x);
                c7 = Vector256.FusedMultiplyAdd(c7, x, x);
                c8 = Vector256.FusedMultiplyAdd(c8, x, x);
                c9 = Vector256.FusedMultiplyAdd(c9, x, x);
            }
            sink[16 * chunk] = Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Chains512(float* sink, int chunk, int worker)
        {
            Vector512<float> x = Vector512.Create(0.5f), c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x;
            for (int i = 0; i < Steps; i++)
            {
                c0 = Vector512.FusedMultiplyAdd(c0, x, x);
                c1 = Vector512.FusedMultiplyAdd(c1, x, x);
                c2 = Vector512.FusedMultiplyAdd(c2, x, x);
                c3 = Vector512.FusedMultiplyAdd(c3, x, x);
                c4 = Vector512.FusedMultiplyAdd(c4, x, x);
                c5 = Vector512.FusedMultiplyAdd(c5, x, x);
                c6 = Vector512.FusedMultiplyAdd(c6, x, x);
                c7 = Vector512.FusedMultiplyAdd(c7, x, x);
                c8 = Vector512.FusedMultiplyAdd(c8, x, x);
                c9 = Vector512.FusedMultiplyAdd(c9, x, x);
            }
            sink[16 * chunk] = Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9);
        }
    }
}
