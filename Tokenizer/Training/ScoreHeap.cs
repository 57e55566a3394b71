namespace PureLlm.Tokenizer.Training;

/// <summary>A heap of pairs, the highest score first and then the smallest key: four children to a node.</summary>
internal sealed class ScoreHeap
{
    private (double Score, ulong Key)[] _items = new (double, ulong)[1024];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(double score, ulong key)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }
        (double, ulong) item = (score, key);
        int at = Count++;
        for (int parent; at > 0 && IsBefore(item, _items[parent = (at - 1) / 4]); at = parent)
        {
            _items[at] = _items[parent];
        }
        _items[at] = item;
    }

    public bool TryTake(out double score, out ulong key)
    {
        if (Count == 0)
        {
            (score, key) = (0, 0);
            return false;
        }
        (score, key) = _items[0];
        Span<(double, ulong)> items = _items.AsSpan(0, --Count);
        (double, ulong) last = _items[Count];
        int at = 0;
        for (int first = 1; first < items.Length; first = (4 * at) + 1)
        {
            int best = first;
            for (int child = first + 1; child < Math.Min(first + 4, items.Length); child++)
            {
                best = IsBefore(items[child], items[best]) ? child : best;
            }
            if (!IsBefore(items[best], last))
            {
                break;
            }
            items[at] = items[best];
            at = best;
        }
        if (Count > 0)
        {
            items[at] = last;
        }
        return true;
    }

    private static bool IsBefore((double Score, ulong Key) x, (double Score, ulong Key) y) => x.Score != y.Score ? x.Score > y.Score : x.Key < y.Key;
}
