using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Rows by token, rows of one token ascending: a bitonic sort (Batcher 1968) of keys that hold the token in the high half and the row in the low one.</summary>
/// <remarks>Every comparison puts the smaller key to the left, so that what would lie behind the last key can be left out. No two keys are equal: the order is one, whatever the timing.</remarks>
internal static class TokenSortKernels
{
    /// <summary>Keys of a thread in a tile, which a group sorts in shared memory.</summary>
    public const int TileKeys = 8;

    /// <summary>The token of keys whose row names none; sorted behind all others.</summary>
    public const int NoToken = int.MaxValue;

    // Keys of the tile of 512 threads: 32 KB.
    private const int LargestTile = 4096;

    /// <summary>Sorted tiles of keys. A token outside of the vocabulary becomes <see cref="NoToken"/>.</summary>
    public static void SortTiles(ArrayView<int> tokens, ArrayView<long> keys, int rows, int vocabulary)
    {
        ArrayView<long> tile = SharedMemory.Allocate<long>(LargestTile);
        int length = TileKeys * Group.DimX, first = Grid.IdxX * length;
        for (int i = Group.IdxX; i < length; i += Group.DimX)
        {
            int row = first + i;
            int token = row < rows && (uint)tokens[row] < (uint)vocabulary ? tokens[row] : NoToken;
            tile[i] = row < rows ? ((long)token << 32) | (uint)row : long.MaxValue;
        }
        for (int size = 2; size <= length; size <<= 1)
        {
            Group.Barrier();
            for (int pair = Group.IdxX; pair < length / 2; pair += Group.DimX) { Order(tile, Left(pair, size / 2), Mirror(pair, size)); }
            Halves(tile, size / 4, length / 2);
        }
        Group.Barrier();
        for (int i = Group.IdxX; i < length && first + i < rows; i += Group.DimX) { keys[first + i] = tile[i]; }
    }

    /// <summary>The first step of a merge of blocks: each key with its mirror image in a block of <paramref name="size"/>.</summary>
    public static void Fold(ArrayView<long> keys, int rows, int size)
    {
        int pair = Grid.GlobalIndex.X, right = Mirror(pair, size);
        if (right < rows) { Order(keys, Left(pair, size / 2), right); }
    }

    /// <summary>A later step over more than a tile: each key with the one <paramref name="distance"/> behind it.</summary>
    public static void Step(ArrayView<long> keys, int rows, int distance)
    {
        int left = Left(Grid.GlobalIndex.X, distance);
        if (left + distance < rows) { Order(keys, left, left + distance); }
    }

    /// <summary>The last steps of a merge, within tiles.</summary>
    public static void MergeTiles(ArrayView<long> keys, int rows)
    {
        ArrayView<long> tile = SharedMemory.Allocate<long>(LargestTile);
        int length = TileKeys * Group.DimX, first = Grid.IdxX * length;
        for (int i = Group.IdxX; i < length; i += Group.DimX) { tile[i] = first + i < rows ? keys[first + i] : long.MaxValue; }
        Halves(tile, length / 2, length / 2);
        Group.Barrier();
        for (int i = Group.IdxX; i < length && first + i < rows; i += Group.DimX) { keys[first + i] = tile[i]; }
    }

    // Steps over distance, distance/2, …, 1.
    private static void Halves(ArrayView<long> tile, int distance, int pairs)
    {
        for (; distance > 0; distance >>= 1)
        {
            Group.Barrier();
            for (int pair = Group.IdxX; pair < pairs; pair += Group.DimX)
            {
                int left = Left(pair, distance);
                Order(tile, left, left + distance);
            }
        }
    }

    // The left key of a pair in blocks of 2·half keys; half is a power of two.
    private static int Left(int pair, int half) => (2 * pair) - (pair & (half - 1));

    // Its mirror image in blocks of size keys.
    private static int Mirror(int pair, int size) => Left(pair, size / 2) + size - 1 - (2 * (pair & ((size / 2) - 1)));

    private static void Order(ArrayView<long> keys, int left, int right)
    {
        long a = keys[left], b = keys[right];
        if (a > b)
        {
            keys[left] = b;
            keys[right] = a;
        }
    }
}
