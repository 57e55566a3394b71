using System.Runtime.CompilerServices;

namespace PureLlm.Kernels;

/// <summary>Counter-based randomness: number i of a stream is a hash of (seed, stream, i), so any position can be replayed alone.</summary>
/// <remarks>Two keyed rounds of a 32-bit multiply-xorshift mix, which vectorises without 64-bit products.</remarks>
public static class CounterRandom
{
    /// <summary>The two round keys of a stream; the high half of the index enters the second.</summary>
    public static (uint First, uint Second) Keys(RandomStream stream)
    {
        ulong z = Mix64(stream.Seed + (0x9E3779B97F4A7C15UL * (Mix64(stream.Stream + 1) | 1)));
        return ((uint)z, (uint)(z >> 32));
    }

    /// <summary>32 random bits at a position.</summary>
    public static uint At(RandomStream stream, ulong index) => At(Keys(stream), index);

    /// <summary>64 random bits: positions 2·index and 2·index + 1.</summary>
    public static ulong At64(RandomStream stream, ulong index) => At64(Keys(stream), index);

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public static float Uniform(RandomStream stream, ulong index) => (At(stream, index) >> 8) * (1f / (1 << 24));

    /// <summary>Standard normal by Box and Muller (1958), from 106 random bits of this position.</summary>
    public static double Normal(RandomStream stream, ulong index) => Normal(Keys(stream), index);

    /// <summary>The same, with the <see cref="Keys"/> of a stream: for many in a row.</summary>
    public static double Normal((uint First, uint Second) keys, ulong index)
    {
        double u = ((At64(keys, 2 * index) >> 11) + 1) * (1.0 / (1UL << 53));
        double v = (At64(keys, (2 * index) + 1) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    /// <summary>Uniform in [0, n) without bias, by multiplication and rejection (Lemire 2019, arXiv:1805.10941).</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is not positive.</exception>
    public static int Below(RandomStream stream, ulong index, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ulong size = (ulong)n;
        while (true)
        {
            ulong high = Math.BigMul(At64(stream, index), size, out ulong low);
            if (low >= size || low >= (0 - size) % size)
            {
                return (int)high;
            }
            // One in 2³³ draws or fewer: the same position of another stream.
            stream = stream with { Stream = Mix64(stream.Stream + 1) };
        }
    }

    /// <summary>The numbers at index, index + 1, … as 32 random bits a lane; <paramref name="keys"/> as from <see cref="Keys"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector At<TWidth, TVector>((uint First, uint Second) keys, uint index)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector x = Mix32<TWidth, TVector>(TWidth.Xor(TWidth.Count(index), Word<TWidth, TVector>(keys.First)));
        return Mix32<TWidth, TVector>(TWidth.AddBits(x, Word<TWidth, TVector>(keys.Second)));
    }

    /// <summary>Like <see cref="At{TWidth, TVector}"/> in half of the time: for rounding, where nobody looks at relations between streams.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Noise<TWidth, TVector>((uint First, uint Second) keys, uint index)
        where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        TVector x = TWidth.Xor(TWidth.Count(index), Word<TWidth, TVector>(keys.First));
        x = TWidth.MultiplyBits(TWidth.Xor(x, TWidth.ShiftRightLogical(x, 16)), Word<TWidth, TVector>(0x7FEB352Du));
        x = TWidth.AddBits(x, Word<TWidth, TVector>(keys.Second));
        x = TWidth.MultiplyBits(TWidth.Xor(x, TWidth.ShiftRightLogical(x, 15)), Word<TWidth, TVector>(0x846CA68Bu));
        return TWidth.Xor(x, TWidth.ShiftRightLogical(x, 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint At((uint First, uint Second) keys, ulong index) =>
        Mix32(Mix32((uint)index ^ keys.First) + (keys.Second ^ Mix32((uint)(index >> 32))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong At64((uint First, uint Second) keys, ulong index) => ((ulong)At(keys, 2 * index) << 32) | At(keys, (2 * index) + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Mix32<TWidth, TVector>(TVector x) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
    {
        x = TWidth.MultiplyBits(TWidth.Xor(x, TWidth.ShiftRightLogical(x, 16)), Word<TWidth, TVector>(0x7FEB352Du));
        x = TWidth.MultiplyBits(TWidth.Xor(x, TWidth.ShiftRightLogical(x, 15)), Word<TWidth, TVector>(0x846CA68Bu));
        return TWidth.Xor(x, TWidth.ShiftRightLogical(x, 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Word<TWidth, TVector>(uint word) where TWidth : struct, IVectorWidth<TVector> where TVector : struct
        => TWidth.Broadcast(BitConverter.UInt32BitsToSingle(word));

    /// <summary>The number at a position below 2³², of a stream whose <see cref="Keys"/> are given.</summary>
    internal static uint At(uint first, uint second, uint index) => Mix32(Mix32(index ^ first) + second);

    /// <summary>One lane of <see cref="Noise{TWidth, TVector}"/>.</summary>
    internal static uint Noise(uint first, uint second, uint index)
    {
        uint x = index ^ first;
        x = ((x ^ (x >> 16)) * 0x7FEB352Du) + second;
        x = (x ^ (x >> 15)) * 0x846CA68Bu;
        return x ^ (x >> 16);
    }

    internal static uint Mix32(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB352Du;
        x = (x ^ (x >> 15)) * 0x846CA68Bu;
        return x ^ (x >> 16);
    }

    private static ulong Mix64(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
