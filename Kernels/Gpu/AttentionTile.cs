using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A register tile of 4 rows × 4 columns: scalars, since an array would lie in local memory.</summary>
internal readonly struct AttentionTile(Four row0, Four row1, Four row2, Four row3)
{
    public readonly Four Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3;

    /// <summary>this + rows ⊗ columns.</summary>
    public AttentionTile AddProduct(Four rows, Four columns) => new(
        FourMath.Add(Row0, rows.A, columns), FourMath.Add(Row1, rows.B, columns),
        FourMath.Add(Row2, rows.C, columns), FourMath.Add(Row3, rows.D, columns));

    /// <summary>this + a·bᵀ of four rows a and four rows b, each element one chain along the row.</summary>
    public AttentionTile AddDots(Four a0, Four a1, Four a2, Four a3, Four b0, Four b1, Four b2, Four b3) => new(
        Dots(a0, b0, b1, b2, b3, Row0), Dots(a1, b0, b1, b2, b3, Row1), Dots(a2, b0, b1, b2, b3, Row2), Dots(a3, b0, b1, b2, b3, Row3));

    /// <summary>Each row times its factor.</summary>
    public AttentionTile Scale(Four rows) => new(
        FourMath.Scale(Row0, rows.A), FourMath.Scale(Row1, rows.B), FourMath.Scale(Row2, rows.C), FourMath.Scale(Row3, rows.D));

    private static Four Dots(Four a, Four b0, Four b1, Four b2, Four b3, Four sum) => new(
        FourMath.Add(sum.A, a, b0), FourMath.Add(sum.B, a, b1), FourMath.Add(sum.C, a, b2), FourMath.Add(sum.D, a, b3));
}

/// <summary>The sums of a thread: four rows, one or two tiles of columns.</summary>
internal readonly struct AttentionSum(AttentionTile first, AttentionTile second)
{
    public readonly AttentionTile First = first, Second = second;
}

/// <summary>How many columns a thread has: an empty struct, so that each is a kernel of its own.</summary>
internal interface IAttentionColumns
{
    /// <summary>Register tiles; tile p starts at column 4·(thread + p·side).</summary>
    static abstract int Tiles { get; }

    /// <summary>sum + x ⊗ y[at], y[at + side].</summary>
    static abstract AttentionSum AddProduct(AttentionSum sum, Four x, ArrayView<Four> y, int at, int side);

    /// <summary>Each row times its factor.</summary>
    static abstract AttentionSum Scale(AttentionSum sum, Four rows);
}

/// <summary>Up to 64 columns in a group of 256 threads; the second tile stays 0 and is compiled away.</summary>
internal readonly struct OneTile : IAttentionColumns
{
    public static int Tiles => 1;

    public static AttentionSum AddProduct(AttentionSum sum, Four x, ArrayView<Four> y, int at, int side) => new(sum.First.AddProduct(x, y[at]), sum.Second);

    public static AttentionSum Scale(AttentionSum sum, Four rows) => new(sum.First.Scale(rows), sum.Second);
}

/// <summary>Up to 128 columns in a group of 256 threads.</summary>
internal readonly struct TwoTiles : IAttentionColumns
{
    public static int Tiles => 2;

    public static AttentionSum AddProduct(AttentionSum sum, Four x, ArrayView<Four> y, int at, int side) =>
        new(sum.First.AddProduct(x, y[at]), sum.Second.AddProduct(x, y[at + side]));

    public static AttentionSum Scale(AttentionSum sum, Four rows) => new(sum.First.Scale(rows), sum.Second.Scale(rows));
}
