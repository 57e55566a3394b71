using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Counts the pairs of the words as they are at the start, and queues each with the words that hold it.</summary>
internal static class InitialPairs
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Push(SymbolWords words, PairRule rule, PairQueue queue)
    {
        var index = new PairIndex();
        var pairs = new Pair[1024];
        for (int pass = 0; pass < 2; pass++)
        {
            bool counting = pass == 0;
            ReadOnlySpan<int> data = words.Data.AsSpan(0, words.Used);
            for (int place = 0; place < data.Length;)
            {
                ReadOnlySpan<int> word = data.Slice(place + SymbolWords.Header, data[place + 2]);
                long count = SymbolWords.Count(data, place);
                for (int i = 0; i + 1 < word.Length; i++)
                {
                    int at = index.Of(PairCounts.Key(word[i], word[i + 1]));
                    if (at == pairs.Length)
                    {
                        Array.Resize(ref pairs, 2 * at);
                    }
                    ref Pair pair = ref pairs[at];
                    if (counting)
                    {
                        pair.Count += count;
                        if (pair.LastPlace != place + 1)
                        {
                            pair.Places++;
                        }
                    }
                    else if (pair.Written is not null && pair.LastPlace != place + 1)
                    {
                        pair.Written[pair.Places++] = place;
                    }
                    pair.LastPlace = place + 1;
                }
                place += SymbolWords.Header + word.Length;
            }
            if (counting)
            {
                Reserve(index, pairs, rule, queue);
            }
        }
        for (int i = 0; i < index.Count; i++)
        {
            if (pairs[i].Written is { } written)
            {
                queue.Push(index.Key(i), pairs[i].Count, written, 0, written.Length);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reserve(PairIndex index, Pair[] pairs, PairRule rule, PairQueue queue)
    {
        for (int i = 0; i < index.Count; i++)
        {
            ref Pair pair = ref pairs[i];
            ulong key = index.Key(i);
            if (rule.Allows(PairCounts.Left(key), PairCounts.Right(key)))
            {
                queue.Counts.Add(key, pair.Count);
                pair.Written = pair.Count >= queue.Minimum ? new int[pair.Places] : null;
            }
            pair.Places = 0;
            pair.LastPlace = 0;
        }
    }

    private struct Pair
    {
        public long Count;
        public int[]? Written;
        public int Places;
        public int LastPlace;
    }

    /// <summary>Numbers pairs from 0 in order of appearance.</summary>
    private sealed class PairIndex
    {
        private int[] _slots = new int[1 << 14];
        private ulong[] _keys = new ulong[1 << 12];

        public int Count { get; private set; }

        public ulong Key(int index) => _keys[index];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Of(ulong key)
        {
            for (int slot = First(key); ; slot = (slot + 1) & (_slots.Length - 1))
            {
                int found = _slots[slot] - 1;
                if (found < 0)
                {
                    return Add(key, slot);
                }
                if (_keys[found] == key)
                {
                    return found;
                }
            }
        }

        private int First(ulong key) => (int)((key ^ (key >> 29)) * 0x9E3779B97F4A7C15 >> (64 - BitOperations.Log2((uint)_slots.Length)));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Add(ulong key, int slot)
        {
            if (Count == _keys.Length)
            {
                Array.Resize(ref _keys, checked(2 * Count));
                _slots = new int[checked(2 * _slots.Length)];
                for (int i = 0; i < Count; i++)
                {
                    _slots[FreeSlot(_keys[i])] = i + 1;
                }
                slot = FreeSlot(key);
            }
            _keys[Count] = key;
            _slots[slot] = ++Count;
            return Count - 1;
        }

        private int FreeSlot(ulong key)
        {
            int slot = First(key);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }
            return slot;
        }
    }
}
