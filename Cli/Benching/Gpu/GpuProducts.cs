using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>The matrix products of a transformer's layers: our kernel and the vendor's library, at each precision.</summary>
internal static class GpuProducts
{
    /// <summary>One row for each product and layout, with the error of a smaller one against the CPU's.</summary>
    public static IEnumerable<BenchRow> Run(Backend backend, string variant, GpuSizes sizes, double tolerance, TimingBudget budget)
    {
        using var device = new DeviceWait(backend);
        double[] errors = Array.ConvertAll(Enum.GetValues<MatMulLayout>(), layout => Error(backend, layout, sizes.Checked));
        foreach ((int m, int n, int k) in sizes.Products)
        {
            using TensorBuffer a = Filled(backend, m * k, 1), b = Filled(backend, n * k, 2), c = backend.Allocate(m * n);
            foreach (MatMulLayout layout in Enum.GetValues<MatMulLayout>())
            {
                double[] seconds = InterleavedTimer.Measure([() => backend.MatMul(layout, All(a), All(b), All(c), m, n, k)], budget, device.Wait)[0];
                yield return new BenchRow($"matmul {layout}", variant, $"{m}x{n}x{k}", 0, seconds) { Operations = 2.0 * m * n * k, Error = errors[(int)layout], ErrorLimit = tolerance };
            }
        }
    }

    /// <summary>Largest difference from the CPU's product, relative to its largest element.</summary>
    private static double Error(Backend backend, MatMulLayout layout, (int M, int N, int K) size)
    {
        using var cpu = new CpuBackend();
        float[] actual = Small(backend, layout, size), expected = Small(cpu, layout, size);
        double scale = expected.Max(value => Math.Abs((double)value)), worst = actual.Zip(expected, (x, y) => Math.Abs((double)x - y)).Max();
        return double.IsFinite(worst) ? worst / scale : double.PositiveInfinity;
    }

    private static float[] Small(Backend backend, MatMulLayout layout, (int M, int N, int K) size)
    {
        using TensorBuffer a = Filled(backend, size.M * size.K, 1), b = Filled(backend, size.N * size.K, 2), c = backend.Allocate(size.M * size.N);
        backend.MatMul(layout, All(a), All(b), All(c), size.M, size.N, size.K);
        float[] values = new float[c.Length];
        backend.Read(All(c), values);
        return values;
    }

    private static TensorBuffer Filled(Backend backend, int length, ulong stream)
    {
        TensorBuffer buffer = backend.Allocate(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) { values[i] = (2 * CounterRandom.Uniform(new RandomStream(5, stream), (ulong)i)) - 1; }
        backend.Write(values, All(buffer));
        return buffer;
    }

    private static View All(TensorBuffer buffer) => new(buffer, 0, buffer.Length);
}
