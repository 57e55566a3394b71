using PureLlm.Kernels;

namespace PureLlm.Engine.Modules;

/// <summary>Hashes that are the same on every machine and in every run, unlike <see cref="string.GetHashCode()"/>.</summary>
internal static class StableHash
{
    /// <summary>64-bit FNV-1a of the UTF-16 units (Fowler, Noll and Vo).</summary>
    public static ulong Of(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char unit in text) { hash = (hash ^ unit) * 1099511628211; }
        return hash;
    }

    /// <summary>One number out of a name's hash and a position.</summary>
    public static ulong Combine(ulong name, long step, int microBatch) =>
        CounterRandom.At64(new RandomStream(name, (ulong)microBatch), (ulong)step);
}
