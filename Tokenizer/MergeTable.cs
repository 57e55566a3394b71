using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer;

/// <summary>From a pair of ids to the rank of its merge, and from the rank to the id that it makes: one open-addressed table.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that never merges.</summary>
    public const int Never = int.MaxValue;

    private readonly ulong[] _keys;
    private readonly int[] _ranks;
    private readonly int[] _results;
    private readonly int _shift;

    public MergeTable(IReadOnlyList<(int Left, int Right)> merges, int[] results)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, merges.Count * 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        _keys = new ulong[size];
        _ranks = new int[size];
        _results = results;
        Array.Fill(_ranks, Never);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            ulong key = Key(merges[rank].Left, merges[rank].Right);
            int slot = SlotOf(key);
            if (_ranks[slot] == Never)
            {
                _keys[slot] = key;
                _ranks[slot] = rank;
            }
        }
    }

    /// <summary>The rank of the merge of these two, or <see cref="Never"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right) => _ranks[SlotOf(Key(left, right))];

    /// <summary>The id that the merge of this rank makes.</summary>
    public int Result(int rank) => _results[rank];

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int SlotOf(ulong key)
    {
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_ranks[slot] != Never && _keys[slot] != key)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }
        return slot;
    }
}
