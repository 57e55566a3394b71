using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>The processor itself: SIMD kernels on a team of threads, one file per family of operations.</summary>
public sealed unsafe partial class CpuBackend : Backend
{
    /// <param name="threads">Threads that compute; 0 = all that the process may use.</param>
    /// <param name="width">SIMD width; by default what <see cref="CpuFeatures"/> chose.</param>
    public CpuBackend(int threads = 0, SimdWidth? width = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        Width = width ?? CpuFeatures.Width;
    }

    public override string Name => "cpu";

    /// <summary>Threads that compute.</summary>
    public int Threads => Team.Threads;

    /// <summary>SIMD width of the kernels.</summary>
    public SimdWidth Width { get; }

    internal ThreadTeam Team { get; }

    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32) => new CpuBuffer(length, format);

    public override void WriteTokens(ReadOnlySpan<int> source, View destination) => source.CopyTo(MemoryMarshal.Cast<float, int>(destination.Span));

    public override void ReadTokens(View source, Span<int> destination) => MemoryMarshal.Cast<float, int>(source.Span).CopyTo(destination);

    public override void Dispose()
    {
        _stage?.Dispose();
        Team.Dispose();
    }

    /// <summary>First float of a view; null for an empty one.</summary>
    /// <exception cref="ArgumentException">The view's buffer keeps another format.</exception>
    internal static float* Pointer(View view) =>
        view.IsEmpty ? null : view.Buffer.Format == StorageFormat.Float32 ? ((CpuBuffer)view.Buffer).Pointer + view.Offset : throw OtherFormat(view);

    /// <summary>First float of a view that must hold exactly <paramref name="length"/>; a view of no floats may be empty.</summary>
    /// <exception cref="ArgumentException">The view has another length.</exception>
    internal static float* Pointer(View view, long length, string operation, string argument)
    {
        if ((view.IsEmpty ? 0 : view.Length) != length)
        {
            throw new ArgumentException($"{operation}: '{argument}' holds {(view.IsEmpty ? 0 : view.Length)} floats, but the sizes ask for {length}.");
        }
        return Pointer(view);
    }
}
