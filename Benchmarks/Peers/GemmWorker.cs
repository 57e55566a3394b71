using System.Diagnostics;
using System.Globalization;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Peers;

/// <summary>Matrix products on request: <c>NT 256 768 768 40</c> is layout, M, N, K and milliseconds; the answer has the best call's seconds.</summary>
/// <remarks>Operands are small whole numbers, so that every library must give the same checksum exactly.</remarks>
internal static class GemmWorker
{
    /// <param name="arguments">Threads.</param>
    public static int Run(string[] arguments)
    {
        using CpuBackend backend = new(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        double peak = Kernels.MatMulSpeed.Peak(backend, 100);
        return Worker.Serve(new { program = Worker.Version, cpu = CpuFeatures.Description, peak }, request => Measure(
            backend, Enum.Parse<MatMulLayout>(request[0]), Number(request[1]), Number(request[2]), Number(request[3]), Number(request[4])));
    }

    private static object Measure(CpuBackend backend, MatMulLayout layout, int m, int n, int k, int milliseconds)
    {
        View a = Fill(backend, m * k, 7), b = Fill(backend, k * n, 5), c = Fill(backend, m * n, 3);
        backend.MatMul(layout, a, b, c, m, n, k);
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        do
        {
            long start = Stopwatch.GetTimestamp();
            backend.MatMul(layout, a, b, c, m, n, k);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetTimestamp() < end);
        double checksum = 0;
        Span<float> values = c.Span;
        for (int i = 0; i < values.Length; i++) { checksum += values[i] * ((double)(i % 7) - 3); }
        a.Buffer.Dispose();
        b.Buffer.Dispose();
        c.Buffer.Dispose();
        return new { seconds = best, checksum };
    }

    private static View Fill(CpuBackend backend, int length, int factor)
    {
        View view = new(backend.Allocate(length), 0, length);
        Span<float> values = view.Span;
        for (int i = 0; i < length; i++) { values[i] = (((long)i * factor) + 3) % 13 - 6; }
        return view;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
