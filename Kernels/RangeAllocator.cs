namespace PureLlm.Kernels;

/// <summary>Places in one block of memory, taken and given back: the smallest gap that fits, the first of equals, else behind everything.</summary>
/// <remarks>The same calls give the same places, so that what was rehearsed without memory fits afterwards. Places start at multiples of 256 bytes.</remarks>
/// <param name="capacity">Bytes of the block.</param>
internal sealed class RangeAllocator(long capacity = long.MaxValue)
{
    private const long Alignment = 256;

    // Between places that are taken, in order; behind the last of them lies what was never taken or came back.
    private readonly List<(long Start, long Length)> gaps = [];
    private long end;

    public long Capacity => capacity;

    /// <summary>Bytes that are taken now.</summary>
    public long Used { get; private set; }

    /// <summary>The end of the last place, at its farthest: a block of so many bytes is enough.</summary>
    public long Peak { get; private set; }

    /// <summary>Whole multiples of 256 bytes, one at least.</summary>
    public static long Aligned(long bytes) => (Math.Max(1, bytes) + Alignment - 1) / Alignment * Alignment;

    /// <summary>A place of so many bytes, or −1: there is none.</summary>
    public long Take(long bytes)
    {
        long size = Aligned(bytes);
        int best = -1;
        for (int i = 0; i < gaps.Count; i++)
        {
            if (gaps[i].Length >= size && (best < 0 || gaps[i].Length < gaps[best].Length)) { best = i; }
        }
        long start;
        if (best >= 0)
        {
            (start, long length) = gaps[best];
            if (length == size) { gaps.RemoveAt(best); }
            else { gaps[best] = (start + size, length - size); }
        }
        else if (size > capacity - end) { return -1; }
        else
        {
            start = end;
            end += size;
        }
        Used += size;
        Peak = Math.Max(Peak, end);
        return start;
    }

    /// <summary>Takes back what <see cref="Take"/> gave for so many bytes.</summary>
    public void Give(long start, long bytes)
    {
        long size = Aligned(bytes);
        Used -= size;
        int after = gaps.FindIndex(gap => gap.Start > start);
        int at = after < 0 ? gaps.Count : after;
        gaps.Insert(at, (start, size));
        if (at + 1 < gaps.Count && start + size == gaps[at + 1].Start)
        {
            gaps[at] = (start, size + gaps[at + 1].Length);
            gaps.RemoveAt(at + 1);
        }
        if (at > 0 && gaps[at - 1].Start + gaps[at - 1].Length == start)
        {
            gaps[at - 1] = (gaps[at - 1].Start, gaps[at - 1].Length + gaps[at].Length);
            gaps.RemoveAt(at);
        }
        if (gaps[^1].Start + gaps[^1].Length == end)
        {
            end = gaps[^1].Start;
            gaps.RemoveAt(gaps.Count - 1);
        }
    }
}
