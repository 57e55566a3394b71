using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>Tokens as they are made: ids, and the bytes of the input that each came from. Grows once, is cleared and used again.</summary>
/// <remarks>
/// Belongs to one thread at a time. As long as every token starts where the one before it ends, one row of borders holds starts and ends:
/// eight bytes a token.
/// </remarks>
public sealed class TokenBuffer
{
    private int[] _ids = [];

    // The end of token i is border i + 1; its start is border i, unless the starts are kept apart.
    private int[] _borders = [0];
    private int[] _starts = [];
    private bool _keepsStarts;

    /// <summary>How many tokens there are.</summary>
    public int Count { get; private set; }

    /// <summary>The token ids [Count].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The first byte of each token in the input [Count].</summary>
    public ReadOnlySpan<int> Starts => (_keepsStarts ? _starts : _borders).AsSpan(0, Count);

    /// <summary>The byte after each token in the input [Count].</summary>
    public ReadOnlySpan<int> Ends => _borders.AsSpan(1, Count);

    /// <summary>Appends a token that stands for the bytes [start, end).</summary>
    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            EnsureCapacity(Count + 1);
        }
        StartAt(start);
        if (_keepsStarts)
        {
            _starts[Count] = start;
        }
        _ids[Count] = id;
        _borders[++Count] = end;
    }

    /// <summary>Lets the last token stand for the bytes up to <paramref name="end"/>.</summary>
    public void ExtendLast(int end) => _borders[Count] = end;

    /// <summary>Makes room for this many tokens in all.</summary>
    public void EnsureCapacity(int count)
    {
        if (count > _ids.Length)
        {
            Resize(count, 2L * _ids.Length);
        }
    }

    /// <summary>Forgets the tokens and keeps the memory.</summary>
    public void Clear() => (Count, _keepsStarts) = (0, false);

    /// <summary>How many tokens there is room for.</summary>
    internal int Capacity => _ids.Length;

    /// <summary>The ids, and the borders after which they stand: a loop that writes them itself begins with <see cref="StartAt"/> and ends with <see cref="FillStarts"/>.</summary>
    internal (int[] Ids, int[] Borders) Arrays => (_ids, _borders);

    /// <summary>The arrays for a loop that writes tokens with gaps between them: ids, starts, and the borders, in which the end of token i is number i + 1.</summary>
    internal (int[] Ids, int[] Starts, int[] Borders) ArraysWithStarts
    {
        get
        {
            if (!_keepsStarts)
            {
                KeepStarts();
            }
            return (_ids, _starts, _borders);
        }
    }

    /// <summary>Says how many tokens were written into <see cref="Arrays"/>.</summary>
    internal void SetCount(int count) => Count = count;

    /// <summary>Appends a token that starts where the last one ended, or where <see cref="StartAt"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddNext(int id, int end)
    {
        if (Count == _ids.Length)
        {
            EnsureCapacity(Count + 1);
        }
        _ids[Count] = id;
        _borders[++Count] = end;
    }

    /// <summary>Says where the next token starts.</summary>
    internal void StartAt(int start)
    {
        if (Count == 0)
        {
            _borders[0] = start;
        }
        else if (!_keepsStarts && _borders[Count] != start)
        {
            KeepStarts();
        }
    }

    /// <summary>Says that the tokens from <paramref name="first"/> on tile the input from <paramref name="start"/> on.</summary>
    internal void FillStarts(int first, int start)
    {
        if (_keepsStarts && first < Count)
        {
            _borders.AsSpan((first + 1)..Count).CopyTo(_starts.AsSpan(first + 1));
            _starts[first] = start;
        }
    }

    /// <summary>Gives the tokens from <paramref name="first"/> on, whose ranges are of a rewritten text, the ranges of the input that those came from.</summary>
    internal void MapRanges(int first, AlignedText text)
    {
        if (!_keepsStarts)
        {
            KeepStarts();
        }
        for (int i = first; i < Count; i++)
        {
            (_starts[i], _borders[i + 1]) = text.Source(_starts[i], _borders[i + 1]);
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

    private void KeepStarts()
    {
        _keepsStarts = true;
        if (_starts.Length < _ids.Length)
        {
            _starts = GC.AllocateUninitializedArray<int>(_ids.Length);
        }
        _borders.AsSpan(0, Count).CopyTo(_starts);
    }

    private void Resize(int count, long usual)
    {
        int length = Math.Max(Math.Max(16, count), (int)Math.Min(Array.MaxLength - 1, usual));
        _ids = Grown(_ids, Count, length);
        _borders = Grown(_borders, Count + 1, length + 1);
        if (_keepsStarts)
        {
            _starts = Grown(_starts, Count, length);
        }
    }

    /// <summary>Memory beyond the tokens is not cleared: it is written before it is read.</summary>
    private static int[] Grown(int[] values, int count, int length)
    {
        int[] grown = GC.AllocateUninitializedArray<int>(length);
        values.AsSpan(0, count).CopyTo(grown);
        return grown;
    }
}
