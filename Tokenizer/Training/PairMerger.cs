using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Merges the most frequent pair of symbols in all words, again and again, and keeps the counts of pairs up to date on the way.</summary>
/// <remarks>
/// Pairs are counted as they stand side by side, overlapping ones too ("aaa" holds (a,a) twice), and merge from left to right.
/// Only words that hold the merged pair are visited: the work is proportional to the merges made, not to merges × text.
/// </remarks>
internal sealed class PairMerger
{
    private const int PlaceChunk = 1 << 16;

    /// <summary>From this length on, what lies between two left symbols is searched and moved as a block.</summary>
    private const int LongWord = 64;

    private readonly SymbolWords _words;
    private readonly PairRule _rule;
    private readonly PairCounts _counts;
    private readonly PairQueue _queue;
    private readonly NeighbourPairs _withLeft;    // pairs (x, new)
    private readonly NeighbourPairs _withRight;   // pairs (new, x)
    private long[] _lostLeft;                     // pairs (x, left) that are gone
    private long[] _lostRight;                    // pairs (right, x) that are gone
    private readonly List<int> _lostLeftOf = [];
    private readonly List<int> _lostRightOf = [];
    private int[] _chunk = [];
    private int _chunkUsed;

    public PairMerger(SymbolWords words, int symbols, PairRule rule, PairQueue queue)
    {
        _words = words;
        _rule = rule;
        _queue = queue;
        _counts = queue.Counts;
        _withLeft = new NeighbourPairs(symbols);
        _withRight = new NeighbourPairs(symbols);
        _lostLeft = new long[symbols];
        _lostRight = new long[symbols];
        InitialPairs.Push(words, rule, queue);
    }

    /// <summary>The next pair to merge, with its count.</summary>
    public bool TryTakeBest(out PairQueue.Entry best) => _queue.TryPop(out best);

    /// <summary>Replaces every occurrence of the pair, left to right, by <paramref name="made"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge(in PairQueue.Entry pair, int made)
    {
        MakeRoom(made);
        int left = PairCounts.Left(pair.Key), right = PairCounts.Right(pair.Key);
        long occurrences = 0;
        foreach (int place in pair.Places.AsSpan(pair.Start, pair.Length))
        {
            occurrences += MergeWord(place, left, right, made);
        }
        foreach (int x in _lostLeftOf)
        {
            _counts.Add(PairCounts.Key(x, left), -_lostLeft[x]);
            _lostLeft[x] = 0;
        }
        foreach (int x in _lostRightOf)
        {
            _counts.Add(PairCounts.Key(right, x), -_lostRight[x]);
            _lostRight[x] = 0;
        }
        _lostLeftOf.Clear();
        _lostRightOf.Clear();
        _queue.Merged(left, right, made, occurrences);
        Publish(_withLeft, x => PairCounts.Key(x, made));
        Publish(_withRight, x => PairCounts.Key(made, x));
        _queue.Settled(left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long MergeWord(int place, int left, int right, int made)
    {
        int[] data = _words.Data;
        int length = data[place + 2];
        Span<int> word = data.AsSpan(place + SymbolWords.Header, length);
        long count = SymbolWords.Count(data, place);
        int write = word.IndexOf(left);
        for (int read = write; (uint)read < (uint)word.Length;)
        {
            if (word.Length - read > LongWord && word[read] != left)
            {
                ReadOnlySpan<int> rest = word[read..];
                int skipped = rest.IndexOf(left) is var found and >= 0 ? found : rest.Length;
                rest[..skipped].CopyTo(word[write..]);
                (read, write) = (read + skipped, write + skipped);
                continue;
            }
            int symbol = word[read++];
            if (symbol != left || read == word.Length || word[read] != right)
            {
                word[write++] = symbol;
                continue;
            }
            read++;
            if (write > 0)
            {
                int before = word[write - 1];
                if (before == made)
                {
                    Unmake(left, made, count);
                }
                else
                {
                    Lose(_lostLeft, _lostLeftOf, before, count);
                }
                if (_withLeft.Allowed(before) || _withLeft.IsUnknown(before) && _withLeft.Decide(before, _rule.Allows(before, made)))
                {
                    _withLeft.Add(before, count, place);
                }
            }
            word[write++] = made;
            if (read < word.Length)
            {
                int after = word[read];
                Lose(_lostRight, _lostRightOf, after, count);
                if (_withRight.Allowed(after) || _withRight.IsUnknown(after) && _withRight.Decide(after, _rule.Allows(made, after)))
                {
                    _withRight.Add(after, count, place);
                }
            }
        }
        if (write < 0)
        {
            return 0;
        }
        data[place + 2] = write;
        return (length - write) * count;
    }

    /// <summary>Takes back one (made, left): noted in this very merge, or older where the pair made a token that existed already.</summary>
    private void Unmake(int left, int made, long count)
    {
        if (_withRight.IsUnknown(left))
        {
            _counts.Add(PairCounts.Key(made, left), -count);
        }
        else
        {
            _withRight.Remove(left, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lose(long[] lost, List<int> touched, int symbol, long count)
    {
        ref long sum = ref lost[symbol];
        if (sum == 0)
        {
            touched.Add(symbol);
        }
        sum += count;
    }

    /// <summary>Counts the new pairs of one side, and queues those that are frequent enough with the words that hold them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Publish(NeighbourPairs side, Func<int, ulong> key)
    {
        foreach (int x in side.Touched)
        {
            ref NeighbourPairs.Pair pair = ref side[x];
            long count = pair.Delta == 0 ? 0 : _counts.Add(key(x), pair.Delta);
            pair.Start = -1;
            if (count >= _queue.Minimum && pair.Places > 0)
            {
                (int[] chunk, int start) = Reserve(pair.Places);
                (pair.Chunk, pair.Start) = (chunk, start);
                _queue.Push(key(x), count, chunk, start, pair.Places);
            }
        }
        side.WritePlaces();
    }

    private (int[] Chunk, int Start) Reserve(int places)
    {
        if (_chunkUsed + places > _chunk.Length)
        {
            _chunk = new int[Math.Max(PlaceChunk, places)];
            _chunkUsed = 0;
        }
        _chunkUsed += places;
        return (_chunk, _chunkUsed - places);
    }

    private void MakeRoom(int made)
    {
        if (made >= _lostLeft.Length)
        {
            int length = Math.Max(made + 1, 2 * _lostLeft.Length);
            Array.Resize(ref _lostLeft, length);
            Array.Resize(ref _lostRight, length);
            _withLeft.MakeRoom(length);
            _withRight.MakeRoom(length);
        }
    }
}
