using PureLlm.Tokenizer.Formats;

namespace PureLlm.Tokenizer.Text;

/// <summary>UTF-8 under work: every byte knows the range of input bytes that it came from, through any number of rewrites.</summary>
/// <remarks>
/// A rewrite reads <see cref="Bytes"/>, writes the next version in order with <see cref="Write"/>, and ends with <see cref="Commit"/>.
/// Belongs to one thread; memory is kept from text to text.
/// </remarks>
public sealed class AlignedText
{
    // A rewrite may make this much of any text, or so many times as much of a longer one.
    private const long MostWritten = 1 << 26;
    private const long MostGrowth = 16;

    private byte[] _bytes = [];
    private (int Start, int End)[] _sources = [];
    private byte[] _nextBytes = [];
    private (int Start, int End)[] _nextSources = [];
    private int _nextLength;

    /// <summary>Bytes in the current version.</summary>
    public int Length { get; private set; }

    /// <summary>The current version.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Starts over with input bytes that stand at <paramref name="sourceOffset"/> of the whole input.</summary>
    public void Reset(ReadOnlySpan<byte> utf8, int sourceOffset = 0)
    {
        _nextLength = 0;
        Reserve(utf8.Length);
        utf8.CopyTo(_nextBytes);
        for (int i = 0; i < utf8.Length; i++)
        {
            _nextSources[i] = (sourceOffset + i, sourceOffset + i + 1);
        }
        _nextLength = utf8.Length;
        Commit();
    }

    /// <summary>Starts over with the bytes [start, end) of another text, and what they came from.</summary>
    public void Reset(AlignedText other, int start, int end)
    {
        _nextLength = 0;
        Reserve(end - start);
        other._bytes.AsSpan(start, end - start).CopyTo(_nextBytes);
        other._sources.AsSpan(start, end - start).CopyTo(_nextSources);
        _nextLength = end - start;
        Commit();
    }

    /// <summary>The range of the input that the current bytes [start, end) came from; for no bytes, the place between their neighbours.</summary>
    public (int Start, int End) Source(int start, int end)
    {
        if (start < end)
        {
            return (_sources[start].Start, _sources[end - 1].End);
        }
        int at = start < Length ? _sources[start].Start : Length > 0 ? _sources[Length - 1].End : 0;
        return (at, at);
    }

    /// <summary>Appends bytes to the next version; they stand for the current bytes [from, to), which may be none (an insertion).</summary>
    /// <exception cref="TokenizerException">The next version grows beyond all measure.</exception>
    public void Write(ReadOnlySpan<byte> bytes, int from, int to)
    {
        if ((long)_nextLength + bytes.Length > Math.Max(MostWritten, MostGrowth * Length))
        {
            throw new TokenizerException(
                $"normalize: a text of {Length} bytes becomes more than {Math.Max(MostWritten, MostGrowth * Length)}; a replacement in the tokenizer's file is too long for it, or the text must be cut before.");
        }
        Reserve(bytes.Length);
        bytes.CopyTo(_nextBytes.AsSpan(_nextLength));
        _nextSources.AsSpan(_nextLength, bytes.Length).Fill(Source(from, to));
        _nextLength += bytes.Length;
    }

    /// <summary>Appends the current bytes [from, to) to the next version as they are, byte by byte aligned.</summary>
    public void Keep(int from, int to)
    {
        Reserve(to - from);
        _bytes.AsSpan(from, to - from).CopyTo(_nextBytes.AsSpan(_nextLength));
        _sources.AsSpan(from, to - from).CopyTo(_nextSources.AsSpan(_nextLength));
        _nextLength += to - from;
    }

    /// <summary>How many bytes of the next version have been written.</summary>
    public int WrittenLength => _nextLength;

    /// <summary>The next version takes the place of the current one.</summary>
    public void Commit()
    {
        (_bytes, _nextBytes) = (_nextBytes, _bytes);
        (_sources, _nextSources) = (_nextSources, _sources);
        Length = _nextLength;
        _nextLength = 0;
    }

    /// <summary>Puts bytes before a text that is not empty; they stand for its first character.</summary>
    internal void Prepend(ReadOnlySpan<byte> bytes)
    {
        if (Length > 0)
        {
            Utf8Character.Decode(Bytes, 0, out int first);
            Write(bytes, 0, first);
            Keep(0, Length);
            Commit();
        }
    }

    /// <summary>Appends the current bytes [from, to) as visible characters, one for each byte; each stands for the character that its byte is part of.</summary>
    internal void WriteShown(int from, int to)
    {
        for (int at = from, length; at < to; at += length)
        {
            Utf8Character.Decode(Bytes[..to], at, out length);
            for (int i = at; i < at + length; i++)
            {
                Write(ByteAlphabet.Shown(_bytes[i]), at, at + length);
            }
        }
    }

    private void Reserve(int more)
    {
        int needed = checked(_nextLength + more);
        if (needed > _nextBytes.Length)
        {
            int length = Math.Max(Math.Max(64, needed), (int)Math.Min(Array.MaxLength, 2L * _nextBytes.Length));
            Array.Resize(ref _nextBytes, length);
            Array.Resize(ref _nextSources, length);
        }
    }
}
