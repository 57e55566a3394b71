using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <content>Memory: what the host and the device exchange.</content>
internal sealed partial class GpuBackend
{
    public override TensorBuffer Allocate(int length, StorageFormat format = StorageFormat.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        try
        {
            var buffer = new GpuBuffer(Accelerator, Stream, length, format);
            allocated += buffer.Bytes;
            return buffer;
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
        {
            throw new OutOfMemoryException($"{Name}: a buffer of {length:N0} numbers does not fit beside {allocated >> 20:N0} MiB that were asked for before, on a device of {Accelerator.MemorySize >> 20:N0} MiB; use a smaller model, batch or context, or 16-bit storage ([memory]).", e);
        }
    }

    /// <summary>y[i] = f32 x[i] of a format.</summary>
    private static void LoadKernel<TNumbers>(ArrayView<ushort> x, ArrayView<float> y, int length) where TNumbers : struct, INumbers
    {
        int i = Grid.GlobalIndex.X;
        if (i < length) { y[i] = TNumbers.LoadExact(x, i); }
    }
}
