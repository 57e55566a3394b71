using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>How rows of floats lie in memory: an empty struct, so that each is a kernel of its own.</summary>
internal interface IAttentionRows
{
    /// <summary>Four floats from a column of a row on; 0 where there is no such row or column.</summary>
    /// <remarks>What is not there is read from the last row or columns and dropped, since a jump would hold up the loads after it. There is at least one row; rows · stride stays below 2³¹.</remarks>
    static abstract Four Load(ArrayView<float> x, long start, int stride, int row, int rows, int column, int size);

    /// <summary>The floats of the row that starts at <paramref name="row"/> from a column on, as far as its size reaches.</summary>
    static abstract void Store(ArrayView<float> x, long row, int column, int size, Four value);

    /// <summary>The same, added to what is there.</summary>
    static abstract void Add(ArrayView<float> x, long row, int column, int size, Four value);
}

/// <summary>Head size, strides and the start of the memory are multiples of 4 floats: 16 bytes at once.</summary>
internal readonly struct AlignedRows : IAttentionRows
{
    public static Four Load(ArrayView<float> x, long start, int stride, int row, int rows, int column, int size)
    {
        Four value = x.Cast<Four>()[(start + ((Math.Min(row, rows - 1) * stride) + Math.Min(column, size - 4))) >> 2];
        return FourMath.OrZero((row < rows) & (column < size), value);
    }

    public static void Store(ArrayView<float> x, long row, int column, int size, Four value)
    {
        if (column < size) { x.Cast<Four>()[(row + column) >> 2] = value; }
    }

    public static void Add(ArrayView<float> x, long row, int column, int size, Four value)
    {
        if (column < size)
        {
            long at = (row + column) >> 2;
            x.Cast<Four>()[at] = FourMath.Add(x.Cast<Four>()[at], value);
        }
    }
}

/// <summary>Anything else.</summary>
internal readonly struct AnyRows : IAttentionRows
{
    public static Four Load(ArrayView<float> x, long start, int stride, int row, int rows, int column, int size)
    {
        long at = start + (Math.Min(row, rows - 1) * stride);
        bool exists = row < rows;
        float a = x[at + Math.Min(column, size - 1)], b = x[at + Math.Min(column + 1, size - 1)];
        float c = x[at + Math.Min(column + 2, size - 1)], d = x[at + Math.Min(column + 3, size - 1)];
        return new Four(
            exists & (column < size) ? a : 0f, exists & (column + 1 < size) ? b : 0f, exists & (column + 2 < size) ? c : 0f, exists & (column + 3 < size) ? d : 0f);
    }

    public static void Store(ArrayView<float> x, long row, int column, int size, Four value)
    {
        long at = row + column;
        if (column < size) { x[at] = value.A; }
        if (column + 1 < size) { x[at + 1] = value.B; }
        if (column + 2 < size) { x[at + 2] = value.C; }
        if (column + 3 < size) { x[at + 3] = value.D; }
    }

    public static void Add(ArrayView<float> x, long row, int column, int size, Four value)
    {
        long at = row + column;
        if (column < size) { x[at] += value.A; }
        if (column + 1 < size) { x[at + 1] += value.B; }
        if (column + 2 < size) { x[at + 2] += value.C; }
        if (column + 3 < size) { x[at + 3] += value.D; }
    }
}

/// <summary>How many threads stand beside each other in a square group: an empty struct.</summary>
internal interface IAttentionGroup
{
    /// <summary>√threads; a tile has 4 × 4 elements a thread, so 4·side rows.</summary>
    static abstract int Side { get; }
}

/// <summary>256 threads.</summary>
internal readonly struct WideGroup : IAttentionGroup
{
    public static int Side => 16;
}

/// <summary>16 threads: the emulating processor.</summary>
internal readonly struct NarrowGroup : IAttentionGroup
{
    public static int Side => 4;
}
