using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <summary>The working memory of one encoding thread, with a cache of pieces that were merged before; what it returns does not depend on the cache.</summary>
internal sealed class BytePairEncoder(int[] byteIds, MergeTable merges)
{
    private const int LongestScanned = 48;
    private const int LongestCached = 64;
    private const int CacheLimit = 1 << 16;
    private const int None = -1;

    private readonly Dictionary<byte[], int[]> _cache = new(ByteSequenceComparer.Instance);
    private readonly PriorityQueue<int, long> _queue = new();
    private int[] _symbols = new int[64];
    private int[] _next = [];
    private int[] _previous = [];

    public void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        Dictionary<byte[], int[]>.AlternateLookup<ReadOnlySpan<byte>> cache = _cache.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (int i = 0; i < utf8.Length;)
        {
            ReadOnlySpan<byte> piece = utf8.Slice(i, Gpt2Split.NextLength(utf8, i));
            i += piece.Length;
            if (piece.Length == 1)
            {
                ids.Add(byteIds[piece[0]]);
                continue;
            }
            if (cache.TryGetValue(piece, out int[]? known))
            {
                ids.AddRange(known);
                continue;
            }
            ReadOnlySpan<int> symbols = Merge(piece);
            ids.AddRange(symbols);
            if (piece.Length > LongestCached)
            {
                continue;
            }
            if (_cache.Count == CacheLimit)
            {
                _cache.Clear();
            }
            _cache.Add(piece.ToArray(), symbols.ToArray());
        }
    }

    private ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (_symbols.Length < piece.Length)
        {
            Array.Resize(ref _symbols, piece.Length * 2);
        }
        for (int i = 0; i < piece.Length; i++)
        {
            _symbols[i] = byteIds[piece[i]];
        }
        Span<int> symbols = _symbols.AsSpan(0, piece.Length);
        return symbols[..(piece.Length <= LongestScanned ? MergeByScan(symbols) : MergeByQueue(symbols))];
    }

    /// <summary>Short pieces: look for the lowest rank, merge it, look again. Returns the number of symbols left.</summary>
    private int MergeByScan(Span<int> symbols)
    {
        int count = symbols.Length;
        while (count > 1)
        {
            int best = MergeTable.Never, at = 0;
            for (int i = 0; i + 1 < count; i++)
            {
                int rank = merges.Rank(symbols[i], symbols[i + 1]);
                if (rank < best)
                {
                    (best, at) = (rank, i);
                }
            }
            if (best == MergeTable.Never)
            {
                break;
            }
            symbols[at] = merges.Result(best);
            symbols[(at + 2)..count].CopyTo(symbols[(at + 1)..]);
            count--;
        }
        return count;
    }

    /// <summary>Long pieces: a queue of candidate merges by (rank, place) over a linked row, n log n. Returns the number of symbols left.</summary>
    private int MergeByQueue(Span<int> symbols)
    {
        int length = symbols.Length;
        if (_next.Length < length)
        {
            _next = new int[length * 2];
            _previous = new int[length * 2];
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
            if (symbols[left] == None || right == None || merges.Rank(symbols[left], symbols[right]) != rank)
            {
                continue;
            }
            symbols[left] = merges.Result(rank);
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
        int rank = right == None ? MergeTable.Never : merges.Rank(symbols[left], symbols[right]);
        if (rank != MergeTable.Never)
        {
            _queue.Enqueue(left, ((long)rank << 32) | (uint)left);
        }
    }
}
