namespace PureLlm.Tokenizer.Models;

/// <summary>The row of symbols that byte-pair encoding merges: the pair of lowest rank first, of equal ones the leftmost, until none is left. Working memory of one thread.</summary>
/// <remarks>Short rows are scanned for the lowest rank; long ones keep their candidates in a heap over a linked row, n log n.</remarks>
internal sealed class SymbolMerger(PairTable pairs)
{
    private const int LongestScanned = 40;
    private const int None = -1;

    private readonly MergeQueue _queue = new();
    private readonly List<(int Rank, int Place, int Result)> _dropped = [];
    private int[] _ids = new int[64];
    private int[] _lengths = new int[64];
    private int[] _ranks = new int[64];
    private int[] _results = new int[64];

    /// <summary>How many symbols the row has.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols [Count].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>How many bytes each symbol stands for [Count].</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>Where it is set, learns for each symbol that became a candidate how many bytes its left part had, the latest candidate last.</summary>
    public int[]? LeftLengths { get; init; }

    public void Clear() => Count = 0;

    /// <summary>Appends a symbol that stands for this many bytes.</summary>
    public void Add(int id, int length)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * Count);
            Array.Resize(ref _lengths, 2 * Count);
            Array.Resize(ref _ranks, 2 * Count);
            Array.Resize(ref _results, 2 * Count);
        }
        _ids[Count] = id;
        _lengths[Count] = length;
        Count++;
    }

    /// <summary>Lets the last symbol stand for this many more bytes; false where there is none.</summary>
    public bool Extend(int length)
    {
        if (Count > 0)
        {
            _lengths[Count - 1] += length;
        }
        return Count > 0;
    }

    /// <summary>Merges until no pair is left.</summary>
    public void Merge()
    {
        if (Count <= LongestScanned && LeftLengths is null)
        {
            MergeByScan();
        }
        else
        {
            MergeByQueue(0, default);
        }
    }

    /// <summary>Merges, leaving out each candidate with probability <paramref name="dropout"/> for as long as no other is taken.</summary>
    /// <remarks>Provilkov et al. 2019, "BPE-dropout", arXiv 1910.13267.</remarks>
    public void Merge(float dropout, CounterRandom random) => MergeByQueue(dropout, random);

    private void MergeByScan()
    {
        for (int i = 0; i + 1 < Count; i++)
        {
            _ranks[i] = pairs.Rank(_ids[i], _ids[i + 1], out _results[i]);
        }
        while (Count > 1)
        {
            int best = PairTable.Never, at = 0;
            for (int i = 0; i + 1 < Count; i++)
            {
                if (_ranks[i] < best)
                {
                    (best, at) = (_ranks[i], i);
                }
            }
            if (best == PairTable.Never)
            {
                return;
            }
            _ids[at] = _results[at];
            _lengths[at] += _lengths[at + 1];
            int rest = Count - at - 2;
            Array.Copy(_ids, at + 2, _ids, at + 1, rest);
            Array.Copy(_lengths, at + 2, _lengths, at + 1, rest);
            Array.Copy(_ranks, at + 2, _ranks, at + 1, rest);
            Array.Copy(_results, at + 2, _results, at + 1, rest);
            Count--;
            if (at + 1 < Count)
            {
                _ranks[at] = pairs.Rank(_ids[at], _ids[at + 1], out _results[at]);
            }
            if (at > 0)
            {
                _ranks[at - 1] = pairs.Rank(_ids[at - 1], _ids[at], out _results[at - 1]);
            }
        }
    }

    private void MergeByQueue(float dropout, CounterRandom random)
    {
        // The row is linked here: _ranks holds the symbol before, _results the one after; a symbol that was merged away has no bytes.
        (int[] previous, int[] next) = (_ranks, _results);
        _queue.Clear();
        _dropped.Clear();
        for (int i = 0; i < Count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < Count ? i + 1 : None;
        }
        for (int i = 0; i + 1 < Count; i++)
        {
            Offer(i, i + 1);
        }
        while (_queue.Count > 0)
        {
            (int Rank, int Place, int Result) candidate = _queue.Take();
            if (dropout > 0 && random.Next() < dropout)
            {
                _dropped.Add(candidate);
                continue;
            }
            foreach ((int rank, int place, int made) in _dropped)
            {
                _queue.Add(rank, place, made);
            }
            _dropped.Clear();
            int left = candidate.Place, right = next[left];
            if (_lengths[left] == 0 || right == None || pairs.Rank(_ids[left], _ids[right], out int result) == PairTable.Never || result != candidate.Result)
            {
                continue;
            }
            _ids[left] = result;
            _lengths[left] += _lengths[right];
            _lengths[right] = 0;
            next[left] = next[right];
            if (next[left] != None)
            {
                previous[next[left]] = left;
            }
            if (previous[left] != None)
            {
                Offer(previous[left], left);
            }
            if (next[left] != None)
            {
                Offer(left, next[left]);
            }
        }
        Close(next);
    }

    private void Offer(int left, int right)
    {
        int rank = pairs.Rank(_ids[left], _ids[right], out int result);
        if (rank != PairTable.Never)
        {
            _queue.Add(rank, left, result);
            if (LeftLengths is not null)
            {
                LeftLengths[result] = _lengths[left];
            }
        }
    }

    private void Close(int[] next)
    {
        int count = 0;
        for (int i = Count == 0 ? None : 0; i != None; i = next[i])
        {
            (_ids[count], _lengths[count]) = (_ids[i], _lengths[i]);
            count++;
        }
        Count = count;
    }
}
