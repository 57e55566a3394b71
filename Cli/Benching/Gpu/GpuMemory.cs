using System.Diagnostics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Benching.Gpu;

/// <summary>Operations that only read and write, against copying; and what it costs to launch one at all.</summary>
internal static class GpuMemory
{
    private const int Launches = 1000, EmulatedLaunches = 20;

    /// <summary>Rows with bytes; the share is that of the copy's rate.</summary>
    public static IEnumerable<BenchRow> Run(Backend backend, GpuSizes sizes, TimingBudget budget)
    {
        int rows = sizes.Rows, columns = sizes.Columns, n = rows * columns, tokens = Math.Max(1, rows / 16);
        using var device = new DeviceWait(backend);
        using TensorBuffer memory = backend.Allocate(n), second = backend.Allocate(n), third = backend.Allocate(n), fourth = backend.Allocate(n), narrow = backend.Allocate((4 * rows) + (4 * columns));
        View x = All(memory), y = All(second), z = All(third), dx = All(fourth);
        View r = new(narrow, 0, rows), mean = new(narrow, rows, rows), w = new(narrow, 4 * rows, columns), b = new(narrow, (4 * rows) + columns, columns), dw = new(narrow, (4 * rows) + (2 * columns), columns), db = new(narrow, (4 * rows) + (3 * columns), columns);
        foreach (View view in new[] { x, y, z, dx, w, b }) { backend.Fill(view, 0.25f); }
        backend.Fill(r, 4);
        double array = sizeof(float) * (double)n, copied = 0;
        (string Name, double Arrays, Action Body)[] cases =
        [
            ("copy", 2, () => backend.Copy(x, y)),
            ("fill", 1, () => backend.Fill(y, 0.25f)),
            ("add", 3, () => backend.Add(x, z, y)),
            ("rms norm", 2, () => backend.RmsNorm(x, w, y, r, rows, columns, 1e-5f)),
            ("rms norm backward", 4, () => backend.RmsNormBackward(x, w, r, z, dx, dw, rows, columns)),
            ("layer norm", 2, () => backend.LayerNorm(x, w, b, y, mean, r, rows, columns, 1e-5f)),
            ("layer norm backward", 4, () => backend.LayerNormBackward(x, w, mean, r, z, dx, dw, db, rows, columns)),
            ("softmax", 2, () => backend.Softmax(x, y, rows, columns)),
            ("softmax backward", 4, () => backend.SoftmaxBackward(y, z, dx, rows, columns)),
            ("gelu", 2, () => backend.Map<GeluTanh>(x, y)),
            ("gelu backward", 4, () => backend.MapBackward<GeluTanh>(x, z, dx)),
            ("silu gate", 3, () => backend.Gate<Silu>(x, z, y)),
            ("sum of squares", 1, () => backend.SumOfSquares(x, r.Slice(0, 1))),
        ];
        foreach ((string name, double arrays, Action body) in cases)
        {
            double[] seconds = InterleavedTimer.Measure([body], budget, device.Wait)[0];
            BenchRow row = new(name, backend.Name, $"{rows}x{columns}", 0, seconds) { Bytes = arrays * array };
            if (copied == 0) { copied = row.Bytes / row.Median; }
            yield return row with { Share = row.Bytes / row.Median / copied };
        }
        foreach (BenchRow row in new[] { CrossEntropy(backend, tokens, sizes.Vocabulary, budget, device), AdamW(backend, sizes.Parameters, budget, device) })
        {
            yield return row with { Share = row.Bytes / row.Median / copied };
        }
    }

    /// <summary>What the host spends on queueing an operation that does next to nothing, and the same with its end waited for.</summary>
    public static IEnumerable<BenchRow> Launch(Backend backend, bool isEmulated)
    {
        using var device = new DeviceWait(backend);
        using TensorBuffer buffer = backend.Allocate(64);
        View x = All(buffer);
        int launches = isEmulated ? EmulatedLaunches : Launches;
        double[] queued = new double[9], done = new double[9], waited = new double[9];
        for (int i = -1; i < queued.Length; i++)   // the first turn warms up
        {
            long start = Stopwatch.GetTimestamp();
            for (int k = 0; k < launches; k++) { backend.Fill(x, k); }
            double host = Stopwatch.GetElapsedTime(start).TotalSeconds / launches;
            device.Wait();
            double both = Stopwatch.GetElapsedTime(start).TotalSeconds / launches;
            start = Stopwatch.GetTimestamp();
            for (int k = 0; k < launches / 10; k++)
            {
                backend.Fill(x, k);
                device.Wait();
            }
            if (i >= 0) { (queued[i], done[i], waited[i]) = (host, both, Stopwatch.GetElapsedTime(start).TotalSeconds / (launches / 10)); }
        }
        yield return new BenchRow("launch", "queued by the host", "fill of 64", 0, queued);
        yield return new BenchRow("launch", "queued and done", "fill of 64", 0, done);
        yield return new BenchRow("launch", "each waited for", "fill of 64", 0, waited);
    }

    private static BenchRow CrossEntropy(Backend backend, int rows, int vocabulary, TimingBudget budget, DeviceWait device)
    {
        using TensorBuffer logits = backend.Allocate(rows * vocabulary), ids = backend.Allocate(rows), losses = backend.Allocate(rows), sums = backend.Allocate(rows);
        backend.WriteTokens([.. Enumerable.Range(0, rows).Select(i => i % vocabulary)], All(ids));
        double[] seconds = InterleavedTimer.Measure([() => backend.CrossEntropy(All(logits), All(ids), All(losses), All(sums), rows, vocabulary, -1)], budget, device.Wait)[0];
        return new BenchRow("cross-entropy", backend.Name, $"{rows}x{vocabulary}", 0, seconds) { Bytes = sizeof(float) * (double)logits.Length };
    }

    private static BenchRow AdamW(Backend backend, int length, TimingBudget budget, DeviceWait device)
    {
        using TensorBuffer w = backend.Allocate(length), g = backend.Allocate(length), m = backend.Allocate(length), v = backend.Allocate(length);
        backend.Fill(All(g), 1e-3f);
        AdamWStep step = new(1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, 1, 1);
        double[] seconds = InterleavedTimer.Measure([() => backend.AdamW(All(w), All(g), All(m), All(v), step)], budget, device.Wait)[0];
        return new BenchRow("adamw", backend.Name, $"{length}", 0, seconds) { Bytes = 7.0 * sizeof(float) * length };
    }

    private static View All(TensorBuffer buffer) => new(buffer, 0, buffer.Length);
}
