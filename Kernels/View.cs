namespace PureLlm.Kernels;

/// <summary>A contiguous range of a <see cref="TensorBuffer"/>: offset and length in 32-bit words.</summary>
public readonly record struct View(TensorBuffer Buffer, int Offset, int Length)
{
    /// <summary>True for <c>default</c>: no memory behind it.</summary>
    public bool IsEmpty => Buffer is null;

    /// <summary>The range as floats, where the host can see the buffer.</summary>
    public Span<float> Span => Buffer.Span.Slice(Offset, Length);

    /// <summary>The part from <paramref name="start"/> of <paramref name="length"/> words.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves this view.</exception>
    public View Slice(int start, int length)
    {
        if ((uint)start > (uint)Length || (uint)length > (uint)(Length - start))
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"[{start}, {start}+{length}) leaves a view of {Length} words.");
        }
        return new View(Buffer, Offset + start, length);
    }

    /// <summary>The part from <paramref name="start"/> to the end.</summary>
    public View Slice(int start) => Slice(start, Length - start);
}
