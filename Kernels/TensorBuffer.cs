namespace PureLlm.Kernels;

/// <summary>A block of 32-bit words that one <see cref="Backend"/> owns: floats, or token ids by their bits.</summary>
/// <remarks>64-byte aligned on the CPU. <see cref="Span"/> exists only where the host can see the memory;
/// code above the kernels moves data with <see cref="Backend.Write"/> and <see cref="Backend.Read"/>.</remarks>
public abstract class TensorBuffer(int length) : IDisposable
{
    /// <summary>Number of 32-bit words.</summary>
    public int Length { get; } = length;

    /// <summary>The words as floats.</summary>
    /// <exception cref="NotSupportedException">The buffer lives on a device that the host cannot see.</exception>
    public abstract Span<float> Span { get; }

    public abstract void Dispose();
}
