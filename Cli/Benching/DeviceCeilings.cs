using PureLlm.Kernels;

namespace PureLlm.Cli.Benching;

/// <summary>The ceilings of a GPU as its backend reaches them: its fastest matrix product, and its copy.</summary>
internal sealed class DeviceCeilings(Backend backend) : ICeilings
{
    private const double LongEnough = 0.002;
    private const int LargestProduct = 8192;

    private readonly Dictionary<int, double> copies = [];
    private readonly DeviceWait device = new(backend);
    private double? peak;

    public double Peak => peak ??= Product();

    public string PeakOf => $"a square matrix product on {backend.Name}";

    public double Copy(double bytes)
    {
        int power = Math.Clamp((int)Math.Round(Math.Log2(Math.Max(1, bytes))), 13, 30), length = 1 << (power - 3);
        if (!copies.TryGetValue(power, out double rate))
        {
            using TensorBuffer memory = backend.Allocate(2 * length);
            View from = new(memory, 0, length), to = new(memory, length, length);
            rate = copies[power] = 2.0 * sizeof(float) * length / Best(() => backend.Copy(from, to));
        }
        return rate;
    }

    /// <summary>Doubles the size until a product takes long enough to be timed.</summary>
    private double Product()
    {
        for (int n = 32; ; n *= 2)
        {
            using TensorBuffer memory = backend.Allocate(3 * n * n);
            View all = new(memory, 0, memory.Length);
            backend.Fill(all, 0.5f);
            View a = all.Slice(0, n * n), b = all.Slice(n * n, n * n), c = all.Slice(2 * n * n, n * n);
            double seconds = Best(() => backend.MatMul(MatMulLayout.NT, a, b, c, n, n, n));
            if (seconds > LongEnough || n >= LargestProduct) { return 2.0 * n * n * n / seconds; }
        }
    }

    private double Best(Action body) => InterleavedTimer.Measure([body], new TimingBudget(0.1, 0.001, 3, 100), device.Wait)[0].Min();

    public void Dispose() => device.Dispose();
}
