using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Pairs by falling count, then by the rule's order. Entries may be stale: a pair's true count is asked for when its entry comes up.</summary>
/// <remarks>
/// Counts above <see cref="Levels"/> lie in a heap. Below, each count has a bucket, and only the bucket whose turn it is becomes a heap:
/// most pairs are rare, their buckets are never reached, and moving a stale entry down costs a few instructions.
/// </remarks>
internal sealed class FrequencyQueue(PairRule rule, long minimum) : PairQueue(minimum)
{
    private const int Levels = 1 << 14;
    private const int None = -1;

    private readonly int[] _buckets = NewBuckets();
    private Entry[] _entries = new Entry[1 << 10];
    private int _entryCount;
    private int _level = Levels;              // the count whose bucket is in _current; above it all buckets are empty
    private readonly Heap _frequent = new();
    private readonly Heap _current = new();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Push(ulong key, long count, int[] places, int start, int length)
    {
        if (_entryCount == _entries.Length)
        {
            Array.Resize(ref _entries, checked(2 * _entryCount));
        }
        _entries[_entryCount] = new Entry { Key = key, Places = places, Start = start, Length = length };
        Place(_entryCount++, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryPop(out Entry best)
    {
        while (true)
        {
            Heap heap = _frequent.Count > 0 ? _frequent : _current;
            if (heap.Count == 0)
            {
                if (!LoadNextLevel())
                {
                    best = default;
                    return false;
                }
                continue;
            }
            int index = heap.Pop(this);
            ref Entry entry = ref _entries[index];
            long count = Counts[entry.Key];
            if (count == entry.Count || (heap == _current && count > entry.Count))
            {
                best = entry with { Count = count };
                entry.Places = [];
                return true;
            }
            Place(index, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(int index, long count)
    {
        if (count < Minimum)
        {
            _entries[index].Places = [];
            return;
        }
        ref Entry entry = ref _entries[index];
        entry.Count = count;
        if (count > _level || count >= Levels)
        {
            _frequent.Push(index, this);
        }
        else if (count == _level)
        {
            _current.Push(index, this);
        }
        else
        {
            entry.Next = _buckets[count];
            _buckets[count] = index;
        }
    }

    /// <summary>The next lower count that has pairs; entries that have become rarer since move on to their own bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool LoadNextLevel()
    {
        while (--_level >= Minimum)
        {
            for (int index = _buckets[_level]; index != None;)
            {
                int next = _entries[index].Next;
                long count = Counts[_entries[index].Key];
                if (count < _level)
                {
                    Place(index, count);
                }
                else
                {
                    _current.Append(index);
                }
                index = next;
            }
            _buckets[_level] = None;
            if (_current.Count > 0)
            {
                _current.Arrange(this);
                return true;
            }
        }
        _level = 0;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Before(int x, int y)
    {
        ref Entry a = ref _entries[x], b = ref _entries[y];
        if (a.Count != b.Count)
        {
            return a.Count > b.Count;
        }
        int order = a.Key == b.Key ? 0 : rule.Compare(a.Key, b.Key);
        return order != 0 ? order < 0 : x < y;
    }

    private static int[] NewBuckets()
    {
        var buckets = new int[Levels];
        Array.Fill(buckets, None);
        return buckets;
    }

    /// <summary>A binary heap of entry numbers.</summary>
    private sealed class Heap
    {
        private int[] _items = new int[64];

        public int Count { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Append(int item)
        {
            if (Count == _items.Length)
            {
                Array.Resize(ref _items, checked(2 * Count));
            }
            _items[Count++] = item;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Arrange(FrequencyQueue order)
        {
            for (int at = Count / 2 - 1; at >= 0; at--)
            {
                Sink(at, _items[at], order);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Push(int item, FrequencyQueue order)
        {
            Append(item);
            int at = Count - 1;
            while (at > 0 && order.Before(item, _items[(at - 1) / 2]))
            {
                _items[at] = _items[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            _items[at] = item;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Pop(FrequencyQueue order)
        {
            int top = _items[0], last = _items[--Count];
            if (Count > 0)
            {
                Sink(0, last, order);
            }
            return top;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Sink(int at, int item, FrequencyQueue order)
        {
            while (true)
            {
                int child = 2 * at + 1;
                if (child >= Count)
                {
                    break;
                }
                if (child + 1 < Count && order.Before(_items[child + 1], _items[child]))
                {
                    child++;
                }
                if (!order.Before(_items[child], item))
                {
                    break;
                }
                _items[at] = _items[child];
                at = child;
            }
            _items[at] = item;
        }
    }
}
