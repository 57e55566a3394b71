using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Pairs by count(ab) / (count(a) · count(b)), the highest first, then by the smaller ids: the gain of the text's likelihood per merge (Schuster and Nakajima 2012).</summary>
/// <remarks>
/// Merging a and b makes both rarer, which raises the scores of all their other pairs: those are pushed again. A score that has fallen
/// since is noticed when its entry comes up. Scores are quotients of integers in double precision, the same on every machine.
/// </remarks>
internal sealed class LikelihoodQueue : PairQueue
{
    /// <summary>So many entries for each pair are kept before those that no longer count are dropped.</summary>
    private const int MostStale = 4;

    private readonly List<long> _tokenCounts = [];
    private readonly List<List<ulong>> _pairsOf = [];
    private readonly Dictionary<ulong, Pair> _pairs = [];
    private readonly ScoreHeap _heap = new();

    public LikelihoodQueue(SymbolWords words, int symbols, long minimum)
        : base(minimum)
    {
        MakeRoom(symbols - 1);
        Span<long> counts = CollectionsMarshal.AsSpan(_tokenCounts);
        ReadOnlySpan<int> data = words.Data.AsSpan(0, words.Used);
        for (int place = 0; place < data.Length; place += SymbolWords.Header + data[place + 2])
        {
            foreach (int symbol in data.Slice(place + SymbolWords.Header, data[place + 2]))
            {
                counts[symbol] += SymbolWords.Count(data, place);
            }
        }
    }

    public override void Push(ulong key, long count, int[] places, int start, int length)
    {
        ref Pair pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out bool known);
        var added = new ArraySegment<int>(places, start, length);
        pair.Places = known ? pair.Places.Union(added).ToArray() : added;
        if (!known)
        {
            _pairsOf[PairCounts.Left(key)].Add(key);
            _pairsOf[PairCounts.Right(key)].Add(key);
        }
        Renew(key, ref pair);
    }

    public override bool TryPop(out Entry best)
    {
        if (_heap.Count > MostStale * (_pairs.Count + 1024))
        {
            DropStale();
        }
        while (_heap.TryTake(out double score, out ulong key))
        {
            ref Pair pair = ref CollectionsMarshal.GetValueRefOrNullRef(_pairs, key);
            if (Unsafe.IsNullRef(ref pair) || pair.Score != score)
            {
                continue;
            }
            if (Score(key) != score)
            {
                pair.Score = 0;
                Renew(key, ref pair);
                continue;
            }
            best = new Entry { Key = key, Count = Counts[key], Places = pair.Places.Array!, Start = pair.Places.Offset, Length = pair.Places.Count };
            _pairs.Remove(key);
            return true;
        }
        best = default;
        return false;
    }

    public override void Merged(int left, int right, int made, long occurrences)
    {
        MakeRoom(made);
        CollectionsMarshal.AsSpan(_tokenCounts)[left] -= occurrences;
        CollectionsMarshal.AsSpan(_tokenCounts)[right] -= occurrences;
        CollectionsMarshal.AsSpan(_tokenCounts)[made] += occurrences;
    }

    public override void Settled(int left, int right)
    {
        Renew(left);
        Renew(right);
    }

    /// <summary>Pushes the pairs of a token whose score has risen, and forgets those that are gone.</summary>
    private void Renew(int token)
    {
        Span<ulong> keys = CollectionsMarshal.AsSpan(_pairsOf[token]);
        int kept = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ulong key = keys[i];
            ref Pair pair = ref CollectionsMarshal.GetValueRefOrNullRef(_pairs, key);
            if (!Unsafe.IsNullRef(ref pair))
            {
                keys[kept++] = key;
                Renew(key, ref pair);
            }
        }
        CollectionsMarshal.SetCount(_pairsOf[token], kept);
    }

    private void Renew(ulong key, ref Pair pair)
    {
        double score = Score(key);
        if (score > pair.Score)
        {
            pair.Score = score;
            _heap.Add(score, key);
        }
        else if (score == 0)
        {
            _pairs.Remove(key);
        }
    }

    /// <summary>Begins the heap anew with the one entry that counts for each pair.</summary>
    private void DropStale()
    {
        _heap.Clear();
        foreach ((ulong key, Pair pair) in _pairs)
        {
            _heap.Add(pair.Score, key);
        }
    }

    private double Score(ulong key)
    {
        long count = Counts[key];
        return count >= Minimum ? count / ((double)_tokenCounts[PairCounts.Left(key)] * _tokenCounts[PairCounts.Right(key)]) : 0;
    }

    private void MakeRoom(int token)
    {
        while (_tokenCounts.Count <= token)
        {
            _tokenCounts.Add(0);
            _pairsOf.Add([]);
        }
    }

    private struct Pair
    {
        public double Score;

        public ArraySegment<int> Places;
    }
}
