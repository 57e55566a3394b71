using System.Diagnostics;
using System.Globalization;
using PureLlm.Cli.Benching;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Benchmarks.Peers;

/// <summary>Matrix products on request: <c>NT 256 768 768 40</c> is layout, M, N, K and milliseconds; the answer has the best call's seconds.</summary>
/// <remarks>Operands are small whole numbers, so that every library must give the same checksum exactly.</remarks>
internal sealed class GemmWorker(CpuBackend backend) : IDisposable
{
    private (MatMulLayout Layout, int M, int N, int K) product;
    private View a, b, c;
    private double checksum;

    /// <param name="arguments">Threads.</param>
    public static int Run(string[] arguments)
    {
        using CpuBackend backend = new(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        using GemmWorker worker = new(backend);
        using MachineCeilings ceilings = new(backend.Threads, backend.Width);
        object ready = new { program = Worker.Version, cpu = CpuFeatures.Description, peak = ceilings.Peak / 1e9 };
        return Worker.Serve(ready, request => worker.Answer(
            (Enum.Parse<MatMulLayout>(request[0]), Number(request[1]), Number(request[2]), Number(request[3])), Number(request[4])));
    }

    private object Answer((MatMulLayout Layout, int M, int N, int K) asked, int milliseconds)
    {
        if (asked != product) { Prepare(asked); }
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        do
        {
            long start = Stopwatch.GetTimestamp();
            Multiply();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetTimestamp() < end);
        return new { seconds = best, checksum };
    }

    /// <summary>Fills the operands and checks the first call's result.</summary>
    private void Prepare((MatMulLayout Layout, int M, int N, int K) asked)
    {
        Dispose();
        product = asked;
        a = Fill(asked.M * asked.K, 7);
        b = Fill(asked.K * asked.N, 5);
        c = Fill(asked.M * asked.N, 3);
        Multiply();
        checksum = 0;
        Span<float> values = c.Span;
        for (int i = 0; i < values.Length; i++) { checksum += values[i] * ((double)(i % 7) - 3); }
    }

    private void Multiply() => backend.MatMul(product.Layout, a, b, c, product.M, product.N, product.K);

    private View Fill(int length, int factor)
    {
        View view = new(backend.Allocate(length), 0, length);
        Span<float> values = view.Span;
        for (int i = 0; i < length; i++) { values[i] = (((long)i * factor) + 3) % 13 - 6; }
        return view;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    public void Dispose()
    {
        a.Buffer?.Dispose();
        b.Buffer?.Dispose();
        c.Buffer?.Dispose();
    }
}
