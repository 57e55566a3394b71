using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>Tokens as they are made: ids, and the bytes of the input that each came from. Grows once, is cleared and used again.</summary>
/// <remarks>Belongs to one thread at a time.</remarks>
public sealed class TokenBuffer
{
    private int[] _ids = [];
    private int[] _starts = [];
    private int[] _ends = [];

    /// <summary>How many tokens there are.</summary>
    public int Count { get; private set; }

    /// <summary>The token ids [Count].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The first byte of each token in the input [Count].</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>The byte after each token in the input [Count].</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Appends a token that stands for the bytes [start, end).</summary>
    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            EnsureCapacity(Count + 1);
        }
        _ids[Count] = id;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    /// <summary>Gives the tokens from <paramref name="first"/> on, whose ranges are of a rewritten text, the ranges of the input that those came from.</summary>
    internal void MapRanges(int first, AlignedText text)
    {
        for (int i = first; i < Count; i++)
        {
            (_starts[i], _ends[i]) = text.Source(_starts[i], _ends[i]);
        }
    }

    /// <summary>Lets the last token stand for the bytes up to <paramref name="end"/>.</summary>
    public void ExtendLast(int end) => _ends[Count - 1] = end;

    /// <summary>How many tokens there is room for.</summary>
    internal int Capacity => _ids.Length;

    /// <summary>The arrays behind the buffer, for a loop that writes them itself and then says how many there are.</summary>
    internal (int[] Ids, int[] Starts, int[] Ends) Arrays => (_ids, _starts, _ends);

    /// <summary>Says how many tokens were written into <see cref="Arrays"/>.</summary>
    internal void SetCount(int count) => Count = count;

    /// <summary>Makes room for this many tokens in all.</summary>
    public void EnsureCapacity(int count)
    {
        if (count > _ids.Length)
        {
            Resize(count, 2L * _ids.Length);
        }
    }

    /// <summary>Makes room for this many tokens in all, where a caller knows how many there will be.</summary>
    internal void Reserve(int count)
    {
        if (count > _ids.Length)
        {
            Resize(count, _ids.Length + (_ids.Length / 4L));
        }
    }

    private void Resize(int count, long usual)
    {
        int length = Math.Max(Math.Max(16, count), (int)Math.Min(Array.MaxLength, usual));
        _ids = Grown(_ids, length);
        _starts = Grown(_starts, length);
        _ends = Grown(_ends, length);
    }

    /// <summary>Memory beyond the tokens is not cleared: it is written before it is read.</summary>
    private int[] Grown(int[] values, int length)
    {
        int[] grown = GC.AllocateUninitializedArray<int>(length);
        values.AsSpan(0, Count).CopyTo(grown);
        return grown;
    }

    /// <summary>Forgets the tokens and keeps the memory.</summary>
    public void Clear() => Count = 0;
}
