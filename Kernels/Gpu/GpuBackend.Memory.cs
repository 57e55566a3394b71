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

    public override void Write(ReadOnlySpan<float> source, View destination)
    {
        if (source.IsEmpty) { return; }
        CopyIn(source, Floats(destination.Slice(0, source.Length), source.Length, "Write", nameof(destination)));
    }

    public override void Read(View source, Span<float> destination)
    {
        if (source.Length > 0) { CopyOut(Floats(source, source.Length, "Read", nameof(source)), destination[..source.Length]); }
    }

    public override void WriteTokens(ReadOnlySpan<int> source, View destination) => Write(MemoryMarshal.Cast<int, float>(source), destination);

    public override void ReadTokens(View source, Span<int> destination) => Read(source, MemoryMarshal.Cast<int, float>(destination));

    public override void Copy(View x, View y)
    {
        if (y.Length > 0) { Numbers(x, y.Length, "Copy", nameof(x)).CopyTo(Stream, Numbers(y, y.Length, "Copy", nameof(y))); }
    }

    public override void Fill(View x, float value) => Launch(FillKernels.Fill, Threads(x.Length), Floats(x, x.Length, "Fill", nameof(x)), value, x.Length);

    private void CopyIn(ReadOnlySpan<float> source, ArrayView<float> destination)
    {
        destination.CopyFromCPU(Stream, source);
        Stream.Synchronize();
    }

    private void CopyOut(ArrayView<float> source, Span<float> destination)
    {
        source.CopyToCPU(Stream, destination);
        Stream.Synchronize();
    }
}

/// <summary>x = value.</summary>
internal static class FillKernels
{
    public static void Fill(ArrayView<float> x, float value, int length)
    {
        int i = Grid.GlobalIndex.X;
        if (i < length) { x[i] = value; }
    }
}
