using System.Numerics;

namespace PureLlm.Engine.Data;

/// <summary>A shuffled order of [0, count) that is computed, not stored: each place is a pure function of (seed, epoch, index).</summary>
/// <remarks>
/// A four-round Feistel network over the next even power of two, walked until it lands inside the range
/// (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). No memory, and any position can be asked for first.
/// </remarks>
public readonly struct Permutation
{
    private readonly ulong _key;
    private readonly ulong _count;
    private readonly int _halfBits;

    public Permutation(ulong seed, long epoch, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _key = SplitMix64.Mix(SplitMix64.Mix(seed) ^ (ulong)epoch);
        _count = (ulong)count;
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)(count - 1));
        _halfBits = Math.Max(1, (bits + 1) / 2);
    }

    /// <summary>The item at place <paramref name="index"/>.</summary>
    public long this[long index]
    {
        get
        {
            ulong value = (ulong)index;
            do
            {
                value = Encrypt(value);
            }
            while (value >= _count);
            return (long)value;
        }
    }

    private ulong Encrypt(ulong value)
    {
        ulong mask = (1UL << _halfBits) - 1;
        ulong left = value >> _halfBits, right = value & mask;
        for (ulong round = 0; round < 4; round++)
        {
            ulong mixed = SplitMix64.Mix(_key ^ (round << 60) ^ right) & mask;
            (left, right) = (right, left ^ mixed);
        }
        return (left << _halfBits) | right;
    }
}
