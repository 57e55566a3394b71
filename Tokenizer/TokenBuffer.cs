using System.Runtime.CompilerServices;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>Tokens as they are made: ids, and the bytes of the input that each came from. Grows once, is cleared and used again.</summary>
/// <remarks>
/// Belongs to one thread at a time. Tokens that tile their text are an id and a length, five bytes; their starts and ends are summed when first
/// asked for, and share one row of borders. Tokens with gaps between them keep their starts.
/// </remarks>
public sealed class TokenBuffer
{
    private int[] _ids = [];

    // Bytes of each token where tokens tile the text; what is longer stands in the list of long ones, with its place.
    private byte[] _lengths = [];
    private readonly List<(int Token, int Length)> _longLengths = [];
    private int _begin;
    private int _end;

    // The end of token i is border i + 1; its start is border i, unless the starts are kept apart. The first of them are summed.
    private int[] _borders = [];
    private int _summed;
    private int[] _starts = [];
    private bool _keepsStarts;

    /// <summary>How many tokens there are.</summary>
    public int Count { get; private set; }

    /// <summary>The token ids [Count].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The first byte of each token in the input [Count].</summary>
    public ReadOnlySpan<int> Starts => (_keepsStarts ? _starts : Borders()).AsSpan(0, Count);

    /// <summary>The byte after each token in the input [Count].</summary>
    public ReadOnlySpan<int> Ends => Borders().AsSpan(1, Count);

    /// <summary>Appends a token that stands for the bytes [start, end).</summary>
    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            EnsureCapacity(Count + 1);
        }
        if (!_keepsStarts)
        {
            KeepStarts();
        }
        _ids[Count] = id;
        _starts[Count] = start;
        _borders[++Count] = end;
    }

    /// <summary>Lets the last token stand for the bytes up to <paramref name="end"/>.</summary>
    public void ExtendLast(int end)
    {
        KeepStarts();
        _borders[Count] = end;
    }

    /// <summary>Makes room for this many tokens in all.</summary>
    public void EnsureCapacity(int count)
    {
        if (count > _ids.Length)
        {
            Resize(count, 2L * _ids.Length);
        }
    }

    /// <summary>Forgets the tokens and keeps the memory.</summary>
    public void Clear()
    {
        (Count, _summed, _keepsStarts) = (0, 0, false);
        _longLengths.Clear();
    }

    /// <summary>How many tokens there is room for.</summary>
    internal int Capacity => _ids.Length;

    /// <summary>The ids and the lengths of tokens, below 255 bytes, for a loop that writes them itself between <see cref="BeginTiles"/> and <see cref="EndTiles"/>.</summary>
    internal (int[] Ids, byte[] Lengths) Arrays => (_ids, _lengths);

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

    /// <summary>Appends a token of this many bytes that starts where the last one ended, or where <see cref="BeginTiles"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddNext(int id, int length)
    {
        if (Count == _ids.Length)
        {
            EnsureCapacity(Count + 1);
        }
        _ids[Count] = id;
        SetLength(Count, length);
        Count++;
    }

    /// <summary>Notes the length of a token of any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetLength(int token, int length)
    {
        _lengths[token] = (byte)Math.Min(length, byte.MaxValue);
        if (length >= byte.MaxValue)
        {
            NoteLong(token, length);
        }
    }

    /// <summary>Says that tokens follow which tile the input from <paramref name="start"/> on.</summary>
    internal void BeginTiles(int start)
    {
        if (Count == 0)
        {
            (_begin, _end) = (start, start);
        }
        else if (_end != start)
        {
            KeepStarts();
        }
    }

    /// <summary>Says that the tokens from <paramref name="first"/> on tile the input from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    internal void EndTiles(int first, int start, int end)
    {
        _end = end;
        if (_keepsStarts && first < Count)
        {
            Sum(first, start);
            _borders.AsSpan((first + 1)..Count).CopyTo(_starts.AsSpan(first + 1));
            _starts[first] = start;
        }
    }

    /// <summary>Gives the tokens from <paramref name="first"/> on, whose ranges are of a rewritten text, the ranges of the input that those came from.</summary>
    internal void MapRanges(int first, AlignedText text)
    {
        KeepStarts();
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
        if (_keepsStarts)
        {
            return;
        }
        Borders().AsSpan(0, Count).CopyTo(_starts = _starts.Length < _ids.Length ? GC.AllocateUninitializedArray<int>(_ids.Length) : _starts);
        _keepsStarts = true;
    }

    /// <summary>The borders of all tokens.</summary>
    private int[] Borders()
    {
        if (_borders.Length <= _ids.Length)
        {
            _borders = Grown(_borders, _summed + 1, _ids.Length + 1);
        }
        if (!_keepsStarts && (_summed < Count || Count == 0))
        {
            Sum(_summed, _summed == 0 ? _begin : _borders[_summed]);
            _summed = Count;
        }
        return _borders;
    }

    /// <summary>Sums the lengths of the tokens from <paramref name="first"/> on, of which the first starts at <paramref name="start"/>.</summary>
    private void Sum(int first, int start)
    {
        int next = 0, at = start;
        if (first == 0 || !_keepsStarts)
        {
            _borders[first] = start;
        }
        for (int i = first; i < Count; i++)
        {
            int length = _lengths[i];
            if (length == byte.MaxValue)
            {
                // Of what was written and taken back, a long one may be left.
                while (_longLengths[next].Token < i)
                {
                    next++;
                }
                length = _longLengths[next].Length;
            }
            at += length;
            _borders[i + 1] = at;
        }
    }

    private void NoteLong(int token, int length)
    {
        while (_longLengths.Count > 0 && _longLengths[^1].Token >= token)
        {
            _longLengths.RemoveAt(_longLengths.Count - 1);
        }
        _longLengths.Add((token, length));
    }

    private void Resize(int count, long usual)
    {
        int length = Math.Max(Math.Max(16, count), (int)Math.Min(Array.MaxLength - 1, usual));
        _ids = Grown(_ids, Count, length);
        _lengths = Grown(_lengths, Count, length);
        if (_keepsStarts)
        {
            _borders = Grown(_borders, Count + 1, length + 1);
            _starts = Grown(_starts, Count, length);
        }
    }

    /// <summary>Memory beyond the tokens is not cleared: it is written before it is read.</summary>
    private static T[] Grown<T>(T[] values, int count, int length)
        where T : unmanaged
    {
        T[] grown = GC.AllocateUninitializedArray<T>(length);
        values.AsSpan(0, Math.Min(count, values.Length)).CopyTo(grown);
        return grown;
    }
}
