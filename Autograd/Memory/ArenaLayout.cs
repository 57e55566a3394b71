namespace PureLlm.Autograd.Memory;

/// <summary>Gives each block a place, such that blocks needed at the same time do not overlap and the whole is small.</summary>
/// <remarks>An offline packing: in several orders (largest first, in the order of time, longest-lived first) each block takes the smallest gap that fits;
/// the best order wins. Depends on nothing but the blocks.</remarks>
internal static class ArenaLayout
{
    /// <summary>Sets <see cref="MemoryBlock.Offset"/> of every block; gives the words in all. No block lies across a multiple of <paramref name="arena"/>.</summary>
    public static long Place(IReadOnlyList<MemoryBlock> blocks, long arena)
    {
        IEnumerable<MemoryBlock>[] orders =
        [
            blocks.OrderByDescending(block => block.Size).ThenBy(block => block.From),
            blocks.OrderBy(block => block.From).ThenByDescending(block => block.Size),
            blocks.OrderByDescending(block => block.To - block.From).ThenByDescending(block => block.Size),
            blocks.OrderByDescending(block => block.Size * (block.To - block.From + 1L)).ThenBy(block => block.From),
        ];
        long best = long.MaxValue;
        long[] offsets = [];
        foreach (IEnumerable<MemoryBlock> order in orders)
        {
            long total = Pack([.. order], arena);
            if (total < best) { (best, offsets) = (total, [.. blocks.Select(block => block.Offset)]); }
        }
        for (int i = 0; i < blocks.Count; i++) { blocks[i].Offset = offsets[i]; }
        return blocks.Count == 0 ? 0 : best;
    }

    /// <summary>The most words that are needed at one step: no layout is smaller.</summary>
    public static long LowerBound(IReadOnlyList<MemoryBlock> blocks)
    {
        long now = 0, most = 0;
        foreach ((_, long change) in blocks.SelectMany(block => new (long At, long Change)[] { (2L * block.From, block.Size), ((2L * block.To) + 1, -block.Size) }).OrderBy(change => change.At))
        {
            now += change;
            most = Math.Max(most, now);
        }
        return most;
    }

    private static long Pack(MemoryBlock[] order, long arena)
    {
        List<MemoryBlock> placed = [];
        long total = 0;
        foreach (MemoryBlock block in order)
        {
            block.Offset = SmallestGap(placed, block, arena);
            total = Math.Max(total, block.Offset + block.Size);
            int at = placed.FindIndex(other => other.Offset > block.Offset);
            placed.Insert(at < 0 ? placed.Count : at, block);
        }
        return total;
    }

    /// <param name="placed">In the order of their offsets.</param>
    private static long SmallestGap(List<MemoryBlock> placed, MemoryBlock block, long arena)
    {
        long free = 0, best = -1, smallest = long.MaxValue;
        foreach (MemoryBlock other in placed)
        {
            if (!other.Meets(block)) { continue; }
            long start = Within(free, block.Size, arena), gap = other.Offset - free;
            if (start + block.Size <= other.Offset && gap < smallest) { (best, smallest) = (start, gap); }
            free = Math.Max(free, other.Offset + other.Size);
        }
        return best >= 0 ? best : Within(free, block.Size, arena);
    }

    /// <summary>The offset, or the start of the next arena if the block would lie across it.</summary>
    private static long Within(long offset, long size, long arena) =>
        size <= arena && offset / arena != (offset + size - 1) / arena ? ((offset / arena) + 1) * arena : offset;
}
