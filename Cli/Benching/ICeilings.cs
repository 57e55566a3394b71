using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>What a machine can do at all: arithmetic, and copying memory.</summary>
internal interface ICeilings : IDisposable
{
    /// <summary>Operations per second.</summary>
    double Peak { get; }

    /// <summary>What the peak was measured with.</summary>
    string PeakOf { get; }

    /// <summary>Operations per second over all samples of <see cref="Sample"/>: what the machine gives for longer than a moment. Null where none was taken.</summary>
    double? Sustained => null;

    /// <summary>Measures the arithmetic for about so many seconds, beside the work that is held to it; other programs of a shared machine slow both.</summary>
    void Sample(double seconds)
    {
    }

    /// <summary>Bytes per second, read and written, of copying within about this many bytes.</summary>
    double Copy(double bytes);

    /// <summary>The share of its ceiling that a kernel reaches: the shortest possible time, by arithmetic or by memory, over its time.</summary>
    double Share(double operations, double bytes, double seconds) => Math.Max(operations / Peak, bytes > 0 ? bytes / Copy(bytes) : 0) / seconds;

    /// <summary>The ceilings of what a backend computes on.</summary>
    static ICeilings Of(Backend backend, int threads) => backend is CpuBackend ? new MachineCeilings(threads, CpuFeatures.Width) : new DeviceCeilings(backend);
}
