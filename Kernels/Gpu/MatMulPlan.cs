namespace PureLlm.Kernels.Gpu;

/// <summary>Which kernel computes a product.</summary>
internal enum MatMulKind
{
    /// <summary>Nothing to add up: c is its start.</summary>
    Start,

    /// <summary>8×8 sums a thread.</summary>
    LargeTiles,

    /// <summary>4×4 sums a thread.</summary>
    SmallTiles,

    /// <summary>Two columns a warp.</summary>
    FewRows,
}

/// <summary>How a product is shared out among the groups of a device. The bits of a result depend on the plan, and the plan on sizes alone.</summary>
/// <param name="Kind">The kernel.</param>
/// <param name="Parts">Parts along k that are computed side by side.</param>
/// <param name="PartDepth">Steps of k of a part.</param>
internal readonly record struct MatMulPlan(MatMulKind Kind, int Parts, int PartDepth)
{
    /// <summary>The most rows of a product that streams the weights.</summary>
    public const int FewRows = 8;

    /// <summary>Floats of the parts of a result, at most.</summary>
    public const int MostPartNumbers = 1 << 24;

    // A part shorter than this spends its time on the sums of the others.
    private const int LeastPartDepth = 256;

    /// <param name="side">Threads along an edge of a tile.</param>
    /// <param name="processors">Groups that run at once.</param>
    public static MatMulPlan Choose(MatMulLayout layout, int m, int n, int k, int side, int processors)
    {
        if (k == 0) { return new(MatMulKind.Start, 1, 0); }
        if (layout == MatMulLayout.NT && m <= FewRows) { return new(MatMulKind.FewRows, 1, k); }
        long large = Tiles(m, n, 8 * side);
        // Large tiles where they, or their parts, give all processors work, and are not mostly empty.
        bool isLarge = Math.Min(m, n) > 4 * side && large * Math.Max(1, k / LeastPartDepth) >= processors;
        return Split(isLarge ? MatMulKind.LargeTiles : MatMulKind.SmallTiles, isLarge ? large : Tiles(m, n, 4 * side), m, n, k, side, processors);
    }

    /// <summary>A plan with so many parts, or as few more or less as whole steps ask for.</summary>
    public static MatMulPlan WithParts(MatMulKind kind, int parts, int k, int side)
    {
        int depth = (int)(((long)k + parts - 1) / parts);
        depth = (depth + side - 1) / side * side;
        return new(kind, (int)(((long)k + depth - 1) / depth), depth);
    }

    public static long Tiles(int m, int n, int edge) => (((long)m + edge - 1) / edge) * (((long)n + edge - 1) / edge);

    private static MatMulPlan Split(MatMulKind kind, long tiles, int m, int n, int k, int side, int processors)
    {
        long most = Math.Min(k / LeastPartDepth, MostPartNumbers / ((long)m * n));
        long wanted = tiles >= processors ? 1 : 2L * processors / tiles;
        return WithParts(kind, (int)Math.Max(1, Math.Min(most, wanted)), k, side);
    }
}
