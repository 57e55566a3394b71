namespace PureLlm.Kernels;

/// <summary>A block of numbers that one <see cref="Backend"/> owns: floats, or token ids by their bits; where asked for, in a format of 16 bits.</summary>
/// <remarks>64-byte aligned on the CPU. <see cref="Span"/> exists only where the host can see the memory;
/// code above the kernels moves data with <see cref="Backend.Write"/> and <see cref="Backend.Read"/>, which convert.
/// Kernels refuse a format that they do not read.</remarks>
public abstract class TensorBuffer(int length, StorageFormat format = StorageFormat.Float32) : IDisposable
{
    private RandomStream rounding;
    private ulong writes;

    /// <summary>Numbers that it holds.</summary>
    public int Length { get; } = length;

    /// <summary>How they are kept.</summary>
    public StorageFormat Format { get; } = format;

    public long Bytes => (long)Length * (Format is StorageFormat.BFloat16 or StorageFormat.Float16 ? 2 : 4);

    /// <summary>Randomness that rounds results to 16 bits: number i of a result by position i of a stream, each result by the next stream. Set it before a step, and the step repeats bit for bit.</summary>
    public virtual RandomStream Rounding
    {
        get => rounding;
        set => (rounding, writes) = (value, 0);
    }

    /// <summary>The numbers as floats.</summary>
    /// <exception cref="NotSupportedException">The buffer lives on a device that the host cannot see, or keeps another format.</exception>
    public abstract Span<float> Span { get; }

    /// <summary>The stream of the next result.</summary>
    internal RandomStream NextRounding() => rounding with { Stream = rounding.Stream + ++writes };

    public abstract void Dispose();
}
