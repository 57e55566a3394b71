namespace PureLlm.Tokenizer.Models;

/// <summary>Numbers that depend only on a seed, a place and how many were drawn there: the same text and seed give the same draws, on any thread.</summary>
/// <remarks>SplitMix64's output function (Steele, Lea and Flood 2014) over a counter.</remarks>
internal struct CounterRandom(ulong seed, int place)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(seed + (Step * ((ulong)(uint)place + 1)));

    /// <summary>A number in [0, 1), with 24 bits.</summary>
    public float Next() => (Mix(_state += Step) >> 40) * (1f / (1 << 24));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
