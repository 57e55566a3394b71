namespace PureLlm.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Narrow(View x, View y, StorageFormat format)
    {
        Check16(format, "Narrow");
        int n = Length(x);
        ushort* py = (ushort*)Pointer(y, StoredLength(n, format), "Narrow", nameof(y));
        StorageKernel.Narrow(Team, Width, Pointer(x), py, n, format == StorageFormat.BFloat16);
    }

    /// <inheritdoc/>
    public override void Widen(View x, View y, StorageFormat format)
    {
        Check16(format, "Widen");
        int n = Length(y);
        ushort* px = (ushort*)Pointer(x, StoredLength(n, format), "Widen", nameof(x));
        StorageKernel.Widen(Team, Width, px, Pointer(y), n, format == StorageFormat.BFloat16);
    }

    private static void Check16(StorageFormat format, string operation)
    {
        if (format is not (StorageFormat.BFloat16 or StorageFormat.Float16))
        {
            throw new ArgumentException($"{operation}: {format} is no format of 16 bits; take BFloat16 or Float16, or copy.", nameof(format));
        }
    }
}
