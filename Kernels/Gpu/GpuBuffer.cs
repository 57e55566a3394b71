using ILGPU;
using ILGPU.Runtime;

namespace PureLlm.Kernels.Gpu;

/// <summary>Memory of a device, zeroed. The host sees it through <see cref="Backend.Read"/> and <see cref="Backend.Write"/> alone.</summary>
/// <remarks><see cref="StorageFormat.SplitFloat32"/> lies here as whole float32; what reads the near half rounds.</remarks>
internal sealed class GpuBuffer : TensorBuffer
{
    private readonly GpuBackend backend;
    private readonly DeviceArenas.Place place;
    private bool isDisposed;

    public GpuBuffer(GpuBackend backend, int length, StorageFormat format) : base(length, format)
    {
        this.backend = backend;
        place = backend.Arenas.Take(Math.Max(4, Bytes));
        place.Memory.MemSetToZero(backend.Stream);
    }

    /// <summary>Half words of a number.</summary>
    public int HalvesOfNumber => Format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 1 : 2;

    /// <summary>All of it, as half words.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back.</exception>
    public ArrayView<ushort> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return place.Memory.SubView(0, Math.Max(2, Bytes / 2));
        }
    }

    /// <exception cref="NotSupportedException">Always: the host cannot see it.</exception>
    public override Span<float> Span => throw new NotSupportedException($"A buffer of {Length:N0} numbers lives on a GPU; use Backend.Read and Backend.Write.");

    /// <summary>Gives the memory back when the device has done what was queued. Views of this buffer must not be used any more.</summary>
    public override void Dispose()
    {
        if (isDisposed) { return; }
        isDisposed = true;
        backend.Release(this, place);
    }
}
