using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>A register tile of 4 rows × 4 columns: scalars, since an array would lie in local memory.</summary>
internal readonly struct AttentionTile(Four row0, Four row1, Four row2, Four row3)
{
    public readonly Four Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3;

    /// <summary>this + rows ⊗ columns.</summary>
    public AttentionTile AddProduct(Four rows, Four columns) => new(
        Fours.MultiplyAdd(rows.A, columns, Row0), Fours.MultiplyAdd(rows.B, columns, Row1),
        Fours.MultiplyAdd(rows.C, columns, Row2), Fours.MultiplyAdd(rows.D, columns, Row3));

    /// <summary>this + a·bᵀ of four rows a and four rows b, each element one chain along the row.</summary>
    public AttentionTile AddDots(Four a0, Four a1, Four a2, Four a3, Four b0, Four b1, Four b2, Four b3) => new(
        Dots(a0, b0, b1, b2, b3, Row0), Dots(a1, b0, b1, b2, b3, Row1), Dots(a2, b0, b1, b2, b3, Row2), Dots(a3, b0, b1, b2, b3, Row3));

    /// <summary>Each row times its factor.</summary>
    public AttentionTile Scale(Four rows) => new(
        Fours.Scale(Row0, rows.A), Fours.Scale(Row1, rows.B), Fours.Scale(Row2, rows.C), Fours.Scale(Row3, rows.D));

    private static Four Dots(Four a, Four b0, Four b1, Four b2, Four b3, Four sum) => new(
        Fours.Dot(a, b0, sum.A), Fours.Dot(a, b1, sum.B), Fours.Dot(a, b2, sum.C), Fours.Dot(a, b3, sum.D));
}

/// <summary>Arithmetic on four floats.</summary>
internal static class Fours
{
    public static Four Scale(Four x, float factor) => new(x.A * factor, x.B * factor, x.C * factor, x.D * factor);

    /// <summary>a·x + y.</summary>
    public static Four MultiplyAdd(float a, Four x, Four y) => new(
        MathF.FusedMultiplyAdd(a, x.A, y.A), MathF.FusedMultiplyAdd(a, x.B, y.B), MathF.FusedMultiplyAdd(a, x.C, y.C), MathF.FusedMultiplyAdd(a, x.D, y.D));

    public static Four Add(Four x, Four y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    /// <summary>start + a·b, one chain.</summary>
    public static float Dot(Four a, Four b, float start) =>
        MathF.FusedMultiplyAdd(a.D, b.D, MathF.FusedMultiplyAdd(a.C, b.C, MathF.FusedMultiplyAdd(a.B, b.B, MathF.FusedMultiplyAdd(a.A, b.A, start))));
}

/// <summary>The output columns of a thread: one or two register tiles; an empty struct's methods, so that each is a kernel of its own.</summary>
/// <typeparam name="TSelf">The tiles themselves.</typeparam>
internal interface IAttentionColumns<TSelf> where TSelf : struct
{
    /// <summary>Register tiles; tile p starts at column 4·(thread + p·side).</summary>
    static abstract int Tiles { get; }

    /// <summary>sum + x ⊗ y[at], y[at + side].</summary>
    static abstract TSelf AddProduct(TSelf sum, Four x, ArrayView<Four> y, int at, int side);

    static abstract TSelf Scale(TSelf sum, Four rows);

    static abstract AttentionTile First(TSelf sum);

    /// <summary>The second tile, where there are two.</summary>
    static abstract AttentionTile Second(TSelf sum);
}

/// <summary>Up to 64 columns in a group of 256 threads.</summary>
internal readonly struct OneTile(AttentionTile tile) : IAttentionColumns<OneTile>
{
    private readonly AttentionTile tile = tile;

    public static int Tiles => 1;

    public static OneTile AddProduct(OneTile sum, Four x, ArrayView<Four> y, int at, int side) => new(sum.tile.AddProduct(x, y[at]));

    public static OneTile Scale(OneTile sum, Four rows) => new(sum.tile.Scale(rows));

    public static AttentionTile First(OneTile sum) => sum.tile;

    public static AttentionTile Second(OneTile sum) => sum.tile;
}

/// <summary>Up to 128 columns in a group of 256 threads.</summary>
internal readonly struct TwoTiles(AttentionTile first, AttentionTile second) : IAttentionColumns<TwoTiles>
{
    private readonly AttentionTile first = first, second = second;

    public static int Tiles => 2;

    public static TwoTiles AddProduct(TwoTiles sum, Four x, ArrayView<Four> y, int at, int side) =>
        new(sum.first.AddProduct(x, y[at]), sum.second.AddProduct(x, y[at + side]));

    public static TwoTiles Scale(TwoTiles sum, Four rows) => new(sum.first.Scale(rows), sum.second.Scale(rows));

    public static AttentionTile First(TwoTiles sum) => sum.first;

    public static AttentionTile Second(TwoTiles sum) => sum.second;
}
