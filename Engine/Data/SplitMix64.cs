namespace PureLlm.Engine.Data;

/// <summary>A small, fast random sequence whose every value is a pure function of (seed, index).</summary>
/// <remarks>Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
public struct SplitMix64(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>A sequence of its own for item <paramref name="index"/> of stream <paramref name="seed"/>.</summary>
    public static SplitMix64 At(ulong seed, ulong index) => new(Mix(Mix(seed) + (index * Increment)));

    /// <summary>A bijection of 64-bit numbers in which every input bit reaches every output bit.</summary>
    public static ulong Mix(ulong z)
    {
        z += Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong value = Mix(_state);
        _state += Increment;
        return value;
    }

    /// <summary>A number in [0, <paramref name="count"/>); every one equally likely to within count/2⁶⁴.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
