using System.Diagnostics;
using PureLlm.Kernels;

namespace PureLlm.Cli.Rendering;

/// <summary>What this machine reaches in about a second of work: a guess for planning, no benchmark.</summary>
internal readonly record struct SpeedProbe(double GigaflopsPerSecond, double GigabytesPerSecond)
{
    private const int Size = 384;

    private const int CopyFloats = 16 << 20;

    /// <summary>Measures, and disposes the backend.</summary>
    public static SpeedProbe Measure(Backend backend)
    {
        using (backend)
        {
            using TensorBuffer matrices = backend.Allocate(3 * Size * Size);
            View all = new(matrices, 0, matrices.Length);
            backend.Fill(all, 0.5f);
            View a = all.Slice(0, Size * Size), b = all.Slice(Size * Size, Size * Size), c = all.Slice(2 * Size * Size);
            double product = Fastest(0.7, () => backend.MatMul(MatMulLayout.NT, a, b, c, Size, Size, Size));
            using TensorBuffer vectors = backend.Allocate(2 * CopyFloats);
            View from = new(vectors, 0, CopyFloats), to = new(vectors, CopyFloats, CopyFloats);
            backend.Fill(from, 1);
            double copy = Fastest(0.3, () => backend.Copy(from, to));
            return new SpeedProbe(2.0 * Size * Size * Size / product / 1e9, 2.0 * sizeof(float) * CopyFloats / copy / 1e9);
        }
    }

    private static double Fastest(double seconds, Action action)
    {
        action();
        double best = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return best;
    }
}
