namespace PureLlm.Tokenizer.Models;

/// <summary>Merges the bytes of a piece: working memory of one thread.</summary>
internal sealed class PieceMerger(BytePairModel model)
{
    private const int LongestScanned = 48;
    private const int None = -1;

    private readonly PairTable _pairs = model.Pairs;
    private readonly PriorityQueue<int, long> _queue = new();
    private int[] _symbols = new int[64];
    private readonly int[] _ranks = new int[LongestScanned];
    private readonly int[] _results = new int[LongestScanned];
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>The tokens of a piece, by its merges alone; valid until the next call.</summary>
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (_symbols.Length < piece.Length)
        {
            _symbols = new int[Math.Max(piece.Length, (int)Math.Min(Array.MaxLength, 2L * _symbols.Length))];
        }
        ReadOnlySpan<int> byteIds = model.ByteIds;
        Span<int> symbols = _symbols.AsSpan(0, piece.Length);
        for (int i = 0; i < piece.Length; i++)
        {
            symbols[i] = byteIds[piece[i]];
        }
        return symbols[..(piece.Length <= LongestScanned ? MergeByScan(symbols) : MergeByQueue(symbols))];
    }

    /// <summary>Short pieces: look for the lowest rank, merge it, look again; the ranks of the other neighbours stay. Returns the number of symbols left.</summary>
    private int MergeByScan(Span<int> symbols)
    {
        int pairs = symbols.Length - 1;
        Span<int> ranks = _ranks, results = _results;
        for (int i = 0; i < pairs; i++)
        {
            ranks[i] = _pairs.Rank(symbols[i], symbols[i + 1], out results[i]);
        }
        for (; pairs > 0; pairs--)
        {
            int best = PairTable.Never, at = 0;
            for (int i = 0; i < pairs; i++)
            {
                if (ranks[i] < best)
                {
                    (best, at) = (ranks[i], i);
                }
            }
            if (best == PairTable.Never)
            {
                break;
            }
            symbols[at] = results[at];
            symbols[(at + 2)..(pairs + 1)].CopyTo(symbols[(at + 1)..]);
            ranks[(at + 1)..pairs].CopyTo(ranks[at..]);
            results[(at + 1)..pairs].CopyTo(results[at..]);
            if (at > 0)
            {
                ranks[at - 1] = _pairs.Rank(symbols[at - 1], symbols[at], out results[at - 1]);
            }
            if (at + 1 < pairs)
            {
                ranks[at] = _pairs.Rank(symbols[at], symbols[at + 1], out results[at]);
            }
        }
        return pairs + 1;
    }

    /// <summary>Long pieces: a queue of candidate merges by (rank, place) over a linked row, n log n. Returns the number of symbols left.</summary>
    private int MergeByQueue(Span<int> symbols)
    {
        int length = symbols.Length;
        if (_next.Length < length)
        {
            _next = new int[_symbols.Length];
            _previous = new int[_symbols.Length];
        }
        _queue.Clear();
        for (int i = 0; i < length; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1 < length ? i + 1 : None;
        }
        for (int i = 0; i < length; i++)
        {
            Enqueue(symbols, i);
        }
        while (_queue.TryDequeue(out int left, out long priority))
        {
            int right = _next[left], rank = (int)(priority >> 32);
            if (symbols[left] == None || right == None || _pairs.Rank(symbols[left], symbols[right], out int result) != rank)
            {
                continue;
            }
            symbols[left] = result;
            symbols[right] = None;
            _next[left] = _next[right];
            if (_next[left] != None)
            {
                _previous[_next[left]] = left;
                Enqueue(symbols, left);
            }
            if (_previous[left] != None)
            {
                Enqueue(symbols, _previous[left]);
            }
        }
        int count = 0;
        for (int i = 0; i != None; i = _next[i])
        {
            symbols[count++] = symbols[i];
        }
        return count;
    }

    private void Enqueue(Span<int> symbols, int left)
    {
        int right = _next[left];
        int rank = right == None ? PairTable.Never : _pairs.Rank(symbols[left], symbols[right], out _);
        if (rank != PairTable.Never)
        {
            _queue.Enqueue(left, ((long)rank << 32) | (uint)left);
        }
    }
}
