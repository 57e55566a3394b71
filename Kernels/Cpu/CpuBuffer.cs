using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Cpu;

/// <summary>Native memory of the host, zeroed, that starts on a 64-byte boundary.</summary>
/// <remarks>Only <see cref="Dispose"/> frees it: with a finalizer, the collector could take the memory from under a kernel
/// that holds nothing but the pointer.</remarks>
public sealed unsafe partial class CpuBuffer : TensorBuffer
{
    /// <summary>Bytes between two addresses that start a vector or a cache line.</summary>
    public const int Alignment = 64;

    // From this size on the buffer starts on a huge page and asks the kernel for huge pages: 0.28 of the time of the first touch.
    private const int HugePage = 2 << 20;
    private const int AdviseHugePage = 14;

    private float* _pointer;

    /// <summary>Allocates <paramref name="length"/> zeros in a format.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">The host has no memory for it.</exception>
    public CpuBuffer(int length, StorageFormat format = StorageFormat.Float32) : base(Checked(length), format)
    {
        nuint bytes = Math.Max((nuint)Bytes, Alignment);
        bool isHuge = bytes >= 2 * HugePage;
        try
        {
            _pointer = (float*)NativeMemory.AlignedAlloc(bytes, isHuge ? (nuint)HugePage : Alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfMemoryException($"A buffer of {length:N0} numbers needs {bytes / (1024 * 1024):N0} MiB that this machine does not give; use a smaller model, batch or context.", e);
        }
        if (isHuge && OperatingSystem.IsLinux())
        {
            // Whole huge pages only; a refusal costs nothing but speed.
            _ = Advise(_pointer, bytes / HugePage * HugePage, AdviseHugePage);
        }
        NativeMemory.Clear(_pointer, bytes);
    }

    /// <summary>Address of the first word.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back.</exception>
    public float* Pointer
    {
        get
        {
            float* pointer = _pointer;
            ObjectDisposedException.ThrowIf(pointer == null, this);
            return pointer;
        }
    }

    /// <inheritdoc/>
    public override Span<float> Span => Format == StorageFormat.Float32 ? new(Pointer, Length)
        : throw new NotSupportedException($"A buffer of {Length:N0} numbers in {Format} cannot be seen as floats; read it with Backend.Read.");

    /// <summary>Gives the memory back. Views of this buffer must not be used any more.</summary>
    public override void Dispose()
    {
        float* pointer = _pointer;
        _pointer = null;
        NativeMemory.AlignedFree(pointer);
    }

    private static int Checked(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return length;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
