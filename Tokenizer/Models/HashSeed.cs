using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>Odd multipliers of a multiply-shift hash (Dietzfelbinger et al. 1997).</summary>
/// <remarks>The first seed is fixed. A table that finds a chain of collisions too long, as a hostile file could plan it, starts over with a random one.</remarks>
internal readonly struct HashSeed(ulong first, ulong second)
{
    /// <summary>A chain longer than this is no accident.</summary>
    public const int LongestChain = 256;

    public static readonly HashSeed Fixed = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F);

    public static HashSeed Random() => new((ulong)System.Random.Shared.NextInt64() * 2 + 1, (ulong)System.Random.Shared.NextInt64() * 2 + 1);

    /// <summary>A hash whose high bits are good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ulong word) => word * first;

    /// <summary>A hash whose high bits are good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ShortKey key)
    {
        ulong sum = (key.Low * first) + (key.High * second);
        return (sum ^ (sum >> 32)) * first;
    }

    /// <summary>A hash of any bytes whose high bits are good.</summary>
    public ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong sum = (ulong)bytes.Length * second;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = Mix(sum ^ BitConverter.ToUInt64(bytes));
        }
        ulong last = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }
        return Mix(sum ^ last);
    }

    private ulong Mix(ulong word)
    {
        ulong high = Math.BigMul(word ^ second, first, out ulong low);
        return high ^ low;
    }
}
