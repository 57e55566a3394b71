using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>Merges long pieces: a heap of candidates by (rank, place) over a linked row of symbols, n log n whatever the piece.</summary>
internal sealed class LongPieceMerger(BytePairModel model)
{
    private const int None = -1;

    private readonly PairTable _pairs = model.Pairs;
    private int[] _symbols = [];
    private int[] _next = [];
    private int[] _previous = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>The tokens of a piece, by its merges alone; valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        Fill(piece);
        while (_heapCount > 0)
        {
            ulong top = Pop();
            int rank = (int)(top >> 32), left = (int)(uint)top, right = _next[left];
            // Symbols only grow, so an entry is out of date where its pair has another rank now, or is gone.
            if (_symbols[left] == None || right == None || _pairs.Rank(_symbols[left], _symbols[right], out int made) != rank)
            {
                continue;
            }
            int after = _next[right], before = _previous[left];
            _symbols[left] = made;
            _symbols[right] = None;
            _next[left] = after;
            if (after != None)
            {
                _previous[after] = left;
                Push(left, _pairs.Rank(made, _symbols[after], out _));
            }
            if (before != None)
            {
                Push(before, _pairs.Rank(_symbols[before], made, out _));
            }
        }
        int count = 0;
        for (int i = 0; i != None; i = _next[i])
        {
            _symbols[count++] = _symbols[i];
        }
        return _symbols.AsSpan(0, count);
    }

    private void Fill(ReadOnlySpan<byte> piece)
    {
        if (_symbols.Length < piece.Length)
        {
            int length = (int)Math.Min(Array.MaxLength, Math.Max(256L, piece.Length + (piece.Length / 2L)));
            _symbols = new int[length];
            _next = new int[length];
            _previous = new int[length];
            _heap = new ulong[length];
        }
        ReadOnlySpan<int> byteIds = model.ByteIds;
        _heapCount = 0;
        for (int i = 0; i < piece.Length; i++)
        {
            _symbols[i] = byteIds[piece[i]];
            _previous[i] = i - 1;
            _next[i] = i + 1;
            if (i + 1 < piece.Length && _pairs.Rank(piece[i], piece[i + 1], out _) is var rank and not PairTable.Never)
            {
                _heap[_heapCount++] = ((ulong)(uint)rank << 32) | (uint)i;
            }
        }
        _next[piece.Length - 1] = None;
        for (int i = (_heapCount / 2) - 1; i >= 0; i--)
        {
            SiftDown(i, _heap[i]);
        }
    }

    private void Push(int place, int rank)
    {
        if (rank == PairTable.Never)
        {
            return;
        }
        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * _heapCount);
        }
        ulong item = ((ulong)(uint)rank << 32) | (uint)place;
        int at = _heapCount++;
        for (; at > 0 && _heap[(at - 1) / 2] > item; at = (at - 1) / 2)
        {
            _heap[at] = _heap[(at - 1) / 2];
        }
        _heap[at] = item;
    }

    private ulong Pop()
    {
        ulong top = _heap[0];
        _heapCount--;
        if (_heapCount > 0)
        {
            SiftDown(0, _heap[_heapCount]);
        }
        return top;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SiftDown(int at, ulong item)
    {
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heapCount)
            {
                break;
            }
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
            {
                child++;
            }
            if (_heap[child] >= item)
            {
                break;
            }
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = item;
    }
}
