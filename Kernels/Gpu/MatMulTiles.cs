using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>The threads of a group as a square, and which of them stands where.</summary>
internal interface IThreadSquare
{
    /// <summary>Threads along an edge.</summary>
    static abstract int Side { get; }

    static abstract int Row(int thread);

    static abstract int Column(int thread);
}

/// <summary>256 threads; a warp is 4 rows of 8, so that it reads few lines of the operands' tiles.</summary>
internal readonly struct Square16 : IThreadSquare
{
    public static int Side => 16;

    public static int Row(int thread) => ((thread >> 6) << 2) + ((thread >> 3) & 3);

    public static int Column(int thread) => (((thread >> 5) & 1) << 3) + (thread & 7);
}

/// <summary>16 threads, on the emulating processor.</summary>
internal readonly struct Square4 : IThreadSquare
{
    public static int Side => 4;

    public static int Row(int thread) => thread >> 2;

    public static int Column(int thread) => thread & 3;
}

/// <summary>Sums that one thread keeps in registers while its group computes a tile of c.</summary>
internal interface ITile<TSelf> where TSelf : struct, ITile<TSelf>
{
    /// <summary>Threads along an edge of the tile, and steps of k that are loaded at a time.</summary>
    static abstract int Side { get; }

    /// <summary>Rows and columns of a thread: 4, or two fours that lie half a tile apart.</summary>
    static abstract int RowsPerThread { get; }

    static abstract int Row(int thread);

    static abstract int Column(int thread);

    static abstract TSelf Start(MatMulOutput c, int row, int column);

    /// <summary>sums += a·bᵀ for one step of k; the fours of a and b from <paramref name="step"/> on.</summary>
    static abstract TSelf Add(TSelf sums, ArrayView<Four> a, ArrayView<Four> b, int step);

    static abstract void Store(TSelf sums, MatMulOutput c, int row, int column);
}

/// <summary>4×4 sums a thread: tiles of 64×64, of 16×16 on the emulating processor.</summary>
internal struct Tile4<TSquare> : ITile<Tile4<TSquare>> where TSquare : struct, IThreadSquare
{
    private Block sums;

    public static int Side => TSquare.Side;

    public static int RowsPerThread => 4;

    public static int Row(int thread) => TSquare.Row(thread);

    public static int Column(int thread) => TSquare.Column(thread);

    public static Tile4<TSquare> Start(MatMulOutput c, int row, int column)
        => new() { sums = Block.Start(c, row, column) };

    public static Tile4<TSquare> Add(Tile4<TSquare> tile, ArrayView<Four> a, ArrayView<Four> b, int step)
        => new() { sums = Block.Add(tile.sums, a[step], b[step]) };

    public static void Store(Tile4<TSquare> tile, MatMulOutput c, int row, int column)
        => Block.Store(tile.sums, c, row, column);
}

/// <summary>8×8 sums a thread: tiles of 128×128, of 32×32 on the emulating processor.</summary>
internal struct Tile8<TSquare> : ITile<Tile8<TSquare>> where TSquare : struct, IThreadSquare
{
    private Block topLeft, topRight, bottomLeft, bottomRight;

    public static int Side => TSquare.Side;

    public static int RowsPerThread => 8;

    public static int Row(int thread) => TSquare.Row(thread);

    public static int Column(int thread) => TSquare.Column(thread);

    public static Tile8<TSquare> Start(MatMulOutput c, int row, int column) => new()
    {
        topLeft = Block.Start(c, row, column),
        topRight = Block.Start(c, row, column + (4 * TSquare.Side)),
        bottomLeft = Block.Start(c, row + (4 * TSquare.Side), column),
        bottomRight = Block.Start(c, row + (4 * TSquare.Side), column + (4 * TSquare.Side)),
    };

    public static Tile8<TSquare> Add(Tile8<TSquare> tile, ArrayView<Four> a, ArrayView<Four> b, int step)
    {
        Four top = a[step], bottom = a[step + TSquare.Side], left = b[step], right = b[step + TSquare.Side];
        return new()
        {
            topLeft = Block.Add(tile.topLeft, top, left),
            topRight = Block.Add(tile.topRight, top, right),
            bottomLeft = Block.Add(tile.bottomLeft, bottom, left),
            bottomRight = Block.Add(tile.bottomRight, bottom, right),
        };
    }

    public static void Store(Tile8<TSquare> tile, MatMulOutput c, int row, int column)
    {
        Block.Store(tile.topLeft, c, row, column);
        Block.Store(tile.topRight, c, row, column + (4 * TSquare.Side));
        Block.Store(tile.bottomLeft, c, row + (4 * TSquare.Side), column);
        Block.Store(tile.bottomRight, c, row + (4 * TSquare.Side), column + (4 * TSquare.Side));
    }
}

/// <summary>4×4 sums.</summary>
internal struct Block
{
    private Four row0, row1, row2, row3;

    public static Block Start(MatMulOutput c, int row, int column) => new()
    {
        row0 = c.Start(row, column),
        row1 = c.Start(row + 1, column),
        row2 = c.Start(row + 2, column),
        row3 = c.Start(row + 3, column),
    };

    /// <summary>sums + a·bᵀ.</summary>
    public static Block Add(Block sums, Four a, Four b) => new()
    {
        row0 = FourMath.Add(sums.row0, a.A, b),
        row1 = FourMath.Add(sums.row1, a.B, b),
        row2 = FourMath.Add(sums.row2, a.C, b),
        row3 = FourMath.Add(sums.row3, a.D, b),
    };

    public static void Store(Block sums, MatMulOutput c, int row, int column)
    {
        c.Store(row, column, sums.row0);
        c.Store(row + 1, column, sums.row1);
        c.Store(row + 2, column, sums.row2);
        c.Store(row + 3, column, sums.row3);
    }
}
