using System.Runtime.InteropServices;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer.Training;

/// <summary>Learns byte-level byte-pair merges (Sennrich et al. 2016; byte level as in GPT-2): merge the most frequent pair, again and again.</summary>
/// <remarks>
/// Ties go to the pair with the lower left id, then the lower right id, so the result is a function of the text alone.
/// Pairs are counted as they stand side by side, overlapping ones too ("aaa" holds (a,a) twice), and are merged from left to right.
/// Only the places of the merged pair are visited: the work is proportional to the merges made, not to merges × text.
/// </remarks>
public static class BytePairTrainer
{
    /// <summary>Trains a tokenizer of up to <paramref name="vocabularySize"/> tokens: 256 bytes, merges, and the end of text as the last id.</summary>
    /// <remarks>Stops early when no pair occurs <paramref name="minimumCount"/> times.</remarks>
    /// <exception cref="TokenizerException">The vocabulary is too small to hold all bytes.</exception>
    public static BytePairTokenizer Train(IEnumerable<ReadOnlyMemory<byte>> texts, int vocabularySize, bool endOfText = true, int minimumCount = 2)
    {
        int merges = vocabularySize - 256 - (endOfText ? 1 : 0);
        if (merges < 0)
        {
            throw new TokenizerException(
                $"bpe: a vocabulary of {vocabularySize} is too small: 256 bytes{(endOfText ? " and the end of text" : "")} need {vocabularySize - merges}, and each more is one merge.");
        }
        var state = new MergeState(CountPieces(texts), minimumCount);
        List<(int Left, int Right)> learned = [];
        while (learned.Count < merges && state.TryTakeBest(out (int Left, int Right) best))
        {
            state.Merge(best, newId: 256 + learned.Count);
            learned.Add(best);
        }
        return BytePairTokenizer.FromMerges(learned, endOfText);
    }

    /// <summary>The distinct pieces of the texts with their counts, in order of first appearance.</summary>
    internal static List<(byte[] Piece, long Count)> CountPieces(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        var index = new Dictionary<byte[], int>(ByteSequenceComparer.Instance);
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = index.GetAlternateLookup<ReadOnlySpan<byte>>();
        List<(byte[] Piece, long Count)> pieces = [];
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            ReadOnlySpan<byte> utf8 = text.Span;
            for (int i = 0; i < utf8.Length;)
            {
                ReadOnlySpan<byte> piece = utf8.Slice(i, PieceScanner.Gpt2.NextLength(utf8, i));
                i += piece.Length;
                if (lookup.TryGetValue(piece, out int at))
                {
                    CollectionsMarshal.AsSpan(pieces)[at].Count++;
                    continue;
                }
                byte[] copy = piece.ToArray();
                index.Add(copy, pieces.Count);
                pieces.Add((copy, 1));
            }
        }
        return pieces;
    }

    /// <summary>All pieces as one linked row of symbols, the count and the places of each pair, and a heap of pairs.</summary>
    private sealed class MergeState
    {
        private const int None = -1;

        private readonly int _minimumCount;
        private readonly int[] _symbol;          // None where a symbol was swallowed by its left neighbour
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly long[] _weight;         // how often the piece of this symbol occurs
        private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
        private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _heap;

        public MergeState(List<(byte[] Piece, long Count)> pieces, int minimumCount)
        {
            _minimumCount = minimumCount;
            int total = checked((int)pieces.Sum(p => (long)p.Piece.Length));
            _symbol = new int[total];
            _next = new int[total];
            _previous = new int[total];
            _weight = new long[total];
            int at = 0;
            foreach ((byte[] piece, long count) in pieces)
            {
                for (int i = 0; i < piece.Length; i++, at++)
                {
                    _symbol[at] = piece[i];
                    _previous[at] = i == 0 ? None : at - 1;
                    _next[at] = i == piece.Length - 1 ? None : at + 1;
                    _weight[at] = count;
                }
            }
            for (int i = 0; i < total; i++)
            {
                if (_next[i] != None)
                {
                    Add((_symbol[i], _symbol[_next[i]]), i);
                }
            }
            _heap = new(Comparer<(long Count, int Left, int Right)>.Create(
                (x, y) => x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Left != y.Left ? x.Left.CompareTo(y.Left) : x.Right.CompareTo(y.Right)));
            Push(_pairs.Keys);
        }

        /// <summary>The most frequent pair. A pair's count only falls after it entered the heap, so a stale entry is put back with what is left of it.</summary>
        public bool TryTakeBest(out (int Left, int Right) best)
        {
            while (_heap.TryDequeue(out best, out (long Count, int Left, int Right) priority))
            {
                long count = _pairs[best].Count;
                if (count == priority.Count)
                {
                    return true;
                }
                Push(best, count);
            }
            return false;
        }

        /// <summary>Replaces every occurrence of the pair, left to right, by <paramref name="newId"/>.</summary>
        public void Merge((int Left, int Right) pair, int newId)
        {
            HashSet<(int Left, int Right)> created = [];
            List<int> places = _pairs[pair].Places;
            foreach (int left in places)
            {
                int right = _next[left];
                if (_symbol[left] != pair.Left || right == None || _symbol[right] != pair.Right)
                {
                    continue;
                }
                int before = _previous[left], after = _next[right];
                if (before != None)
                {
                    Remove((_symbol[before], pair.Left), before);
                    Create((_symbol[before], newId), before, created);
                }
                if (after != None)
                {
                    Remove((pair.Right, _symbol[after]), right);
                    Create((newId, _symbol[after]), left, created);
                    _previous[after] = left;
                }
                _symbol[left] = newId;
                _symbol[right] = None;
                _next[left] = after;
            }
            _pairs.Remove(pair);
            Push(created);
        }

        private void Create((int Left, int Right) pair, int place, HashSet<(int Left, int Right)> created)
        {
            Add(pair, place);
            created.Add(pair);
        }

        private void Add((int Left, int Right) pair, int place)
        {
            ref Pair? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _);
            entry ??= new Pair();
            entry.Count += _weight[place];
            entry.Places.Add(place);
        }

        private void Remove((int Left, int Right) pair, int place)
        {
            if (_pairs.TryGetValue(pair, out Pair? entry))
            {
                entry.Count -= _weight[place];
            }
        }

        private void Push(IEnumerable<(int Left, int Right)> pairs)
        {
            foreach ((int Left, int Right) pair in pairs)
            {
                Push(pair, _pairs[pair].Count);
            }
        }

        private void Push((int Left, int Right) pair, long count)
        {
            if (count >= _minimumCount)
            {
                _heap.Enqueue(pair, (count, pair.Left, pair.Right));
            }
        }

        private sealed class Pair
        {
            public long Count;

            public List<int> Places { get; } = [];
        }
    }
}
