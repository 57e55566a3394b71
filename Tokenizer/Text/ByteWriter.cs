namespace PureLlm.Tokenizer.Text;

/// <summary>Bytes that are written one after the other; the memory is kept and used again.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[64];
    private int _count;

    /// <summary>How many bytes were written.</summary>
    public int Count => _count;

    /// <summary>The bytes that were written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>Appends bytes, which may be a part of <see cref="Written"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        byte[] source = _bytes;
        int needed = checked(_count + bytes.Length);
        if (needed > source.Length)
        {
            _bytes = new byte[Math.Max(needed, (int)Math.Min(Array.MaxLength, 2L * source.Length))];
            source.AsSpan(0, _count).CopyTo(_bytes);
        }
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count = needed;
    }

    /// <summary>Forgets the first bytes and moves the others to the front.</summary>
    public void RemoveFirst(int count)
    {
        _bytes.AsSpan(count, _count - count).CopyTo(_bytes);
        _count -= count;
    }

    /// <summary>Forgets all bytes after the first <paramref name="count"/>.</summary>
    public void Truncate(int count) => _count = count;

    /// <summary>Forgets the bytes and keeps the memory.</summary>
    public void Clear() => _count = 0;
}
