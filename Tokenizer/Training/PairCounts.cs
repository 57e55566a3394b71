using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>From a pair of ids, packed into 64 bits, to a count: one open-addressed table. Pairs whose count returned to zero are dropped when it grows.</summary>
internal sealed class PairCounts
{
    private const ulong Free = ulong.MaxValue;

    private Slot[] _slots = NewSlots(1 << 10);
    private int _used;
    private int _shift = 64 - 10;

    /// <summary>The pair's key; keys order pairs by left id, then by right id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    public static int Left(ulong key) => (int)(key >> 32);

    public static int Right(ulong key) => (int)(uint)key;

    /// <summary>The count of the pair; 0 for one that was never counted.</summary>
    public long this[ulong key]
    {
        get
        {
            ref Slot slot = ref SlotOf(key);
            return slot.Key == key ? slot.Count : 0;
        }
    }

    /// <summary>Adds to the pair's count and returns the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Add(ulong key, long delta)
    {
        ref Slot slot = ref SlotOf(key);
        if (slot.Key == Free)
        {
            if (_used >= _slots.Length / 8 * 5)
            {
                Grow();
                slot = ref SlotOf(key);
            }
            slot.Key = key;
            _used++;
        }
        return slot.Count += delta;
    }

    private ref Slot SlotOf(ulong key)
    {
        int at = (int)((key ^ (key >> 29)) * 0x9E3779B97F4A7C15 >> _shift);
        while (true)
        {
            ref Slot slot = ref _slots[at];
            if (slot.Key == key || slot.Key == Free)
            {
                return ref slot;
            }
            at = (at + 1) & (_slots.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        Slot[] old = _slots;
        int live = old.Count(slot => slot.Key != Free && slot.Count != 0);
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)checked(live * 2 + 1024));
        _slots = NewSlots(length);
        _shift = 64 - BitOperations.Log2((uint)length);
        _used = live;
        foreach (Slot slot in old)
        {
            if (slot.Key != Free && slot.Count != 0)
            {
                SlotOf(slot.Key) = slot;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Slot[] NewSlots(int length)
    {
        var slots = new Slot[length];
        Array.Fill(slots, new Slot { Key = Free });
        return slots;
    }

    private struct Slot
    {
        public ulong Key;
        public long Count;
    }
}
