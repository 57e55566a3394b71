using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>From a pair of ids to the rank of its merge and to the id that it makes: one open-addressed table.</summary>
internal sealed class PairTable
{
    /// <summary>The rank of a pair that never merges.</summary>
    public const int Never = int.MaxValue;

    private Slot[] _slots;
    private HashSeed _seed = HashSeed.Fixed;
    private readonly int _shift;
    private readonly ulong[] _filter;
    private readonly int _filterShift;
    private readonly ulong[] _bytePairs = new ulong[1 << 16];

    /// <summary>An empty table with room for this many merges.</summary>
    public PairTable(int capacity)
    {
        int bits = Math.Max(4, BitOperations.Log2((uint)Math.Max(1, capacity)) + 2);
        _shift = 64 - bits;
        _slots = NewSlots(1 << bits);
        _filterShift = 64 - Math.Min(bits + 2, 22);
        _filter = new ulong[1 << (58 - _filterShift)];
        Array.Fill(_bytePairs, (ulong)Never << 32);
    }

    /// <summary>A merge: these two ids, in this order of application, become one.</summary>
    public readonly record struct Merge(int Left, int Right, int Rank, int Result);

    /// <summary>The rank of a pair and the id that it makes, or <see cref="Never"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right, out int result)
    {
        ulong key = Key(left, right), hash = _seed.Of(key), bit = hash >> _filterShift;
        if ((_filter[bit >> 6] >> (int)bit & 1) == 0)
        {
            result = -1;
            return Never;
        }
        Slot[] slots = _slots;
        for (int at = (int)(hash >> _shift); ; at = (at + 1) & (slots.Length - 1))
        {
            ref Slot slot = ref slots[at];
            if (slot.Key == key || slot.Rank == Never)
            {
                result = slot.Result;
                return slot.Rank;
            }
        }
    }

    /// <summary>The same for two bytes, where every piece begins: an array of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(byte left, byte right, out int result)
    {
        ulong found = _bytePairs[(left << 8) | right];
        result = (int)(uint)found;
        return (int)(found >> 32);
    }

    /// <summary>Says that the ids of a pair are those of these two bytes.</summary>
    public void AddBytes(byte left, byte right, int rank, int result) => _bytePairs[(left << 8) | right] = ((ulong)(uint)rank << 32) | (uint)result;

    /// <summary>Adds a merge; a pair that is there already takes the new rank, as Hugging Face's reader has it.</summary>
    public void Add(Merge merge)
    {
        while (!TryAdd(_slots, merge))
        {
            List<Merge> all = [.. All()];
            do
            {
                _seed = HashSeed.Random();
                _slots = NewSlots(_slots.Length);
            }
            while (!all.TrueForAll(m => TryAdd(_slots, m)));
        }
    }

    /// <summary>Every merge, in no order.</summary>
    public IEnumerable<Merge> All()
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Rank != Never)
            {
                yield return new Merge((int)(slot.Key >> 32), (int)slot.Key, slot.Rank, slot.Result);
            }
        }
    }

    private bool TryAdd(Slot[] slots, Merge merge)
    {
        ulong key = Key(merge.Left, merge.Right);
        ulong hash = _seed.Of(key), bit = hash >> _filterShift;
        _filter[bit >> 6] |= 1UL << (int)bit;
        int at = (int)(hash >> _shift);
        for (int chain = 0; chain < HashSeed.LongestChain; chain++, at = (at + 1) & (slots.Length - 1))
        {
            if (slots[at].Key == key || slots[at].Rank == Never)
            {
                slots[at] = new Slot { Key = key, Rank = merge.Rank, Result = merge.Result };
                return true;
            }
        }
        return false;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static Slot[] NewSlots(int count)
    {
        var slots = new Slot[count];
        Array.Fill(slots, new Slot { Key = ulong.MaxValue, Rank = Never, Result = -1 });
        return slots;
    }

    private struct Slot
    {
        public ulong Key;
        public int Rank;
        public int Result;
    }
}
