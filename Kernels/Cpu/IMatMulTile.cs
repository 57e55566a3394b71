namespace PureLlm.Kernels.Cpu;

/// <summary>The innermost loop of a matrix product: a tile of c held in registers while k runs.</summary>
/// <remarks>Each element is one chain of fused multiply-adds along ascending k, so every implementation gives the same bits.</remarks>
internal unsafe interface IMatMulTile
{
    /// <summary>Most rows of a tile, and of a packed panel of a.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the tile; the width of a packed panel of b.</summary>
    static abstract int Columns { get; }

    /// <summary>Whether a panel of a may have fewer rows than <see cref="Rows"/>; else the last one is filled up.</summary>
    static abstract bool TakesFewerRows { get; }

    /// <summary>c[i,j] = start[i,j] + Σ a[k,i]·b[k,j], with a [depth, rows] and b [depth, Columns] packed; rows of start and c lie a stride apart.</summary>
    static abstract void Multiply(int rows, int depth, float* a, float* b, float* start, nint startStride, float* c, nint stride);
}
