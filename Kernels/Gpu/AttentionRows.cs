using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>How rows of floats lie in memory: an empty struct, so that each is a kernel of its own.</summary>
internal interface IAttentionRows
{
    /// <summary>Four floats from a column of the row that starts at <paramref name="row"/>; 0 past its <paramref name="size"/>.</summary>
    static abstract Four Load(ArrayView<float> x, long row, int column, int size);

    /// <summary>The floats of a row from a column on, as far as its size reaches.</summary>
    static abstract void Store(ArrayView<float> x, long row, int column, int size, Four value);

    /// <summary>The same, added to what is there.</summary>
    static abstract void Add(ArrayView<float> x, long row, int column, int size, Four value);
}

/// <summary>Head size, strides and the start of the memory are multiples of 4 floats: 16 bytes at once.</summary>
internal readonly struct AlignedRows : IAttentionRows
{
    public static Four Load(ArrayView<float> x, long row, int column, int size) => column < size ? x.Cast<Four>()[(row + column) >> 2] : default;

    public static void Store(ArrayView<float> x, long row, int column, int size, Four value)
    {
        if (column < size) { x.Cast<Four>()[(row + column) >> 2] = value; }
    }

    public static void Add(ArrayView<float> x, long row, int column, int size, Four value) =>
        Store(x, row, column, size, Fours.Add(Load(x, row, column, size), value));
}

/// <summary>Anything else.</summary>
internal readonly struct AnyRows : IAttentionRows
{
    public static Four Load(ArrayView<float> x, long row, int column, int size)
    {
        long at = row + column;
        float a = column < size ? x[at] : 0f;
        float b = column + 1 < size ? x[at + 1] : 0f;
        float c = column + 2 < size ? x[at + 2] : 0f;
        float d = column + 3 < size ? x[at + 3] : 0f;
        return new Four(a, b, c, d);
    }

    public static void Store(ArrayView<float> x, long row, int column, int size, Four value)
    {
        long at = row + column;
        if (column < size) { x[at] = value.A; }
        if (column + 1 < size) { x[at + 1] = value.B; }
        if (column + 2 < size) { x[at + 2] = value.C; }
        if (column + 3 < size) { x[at + 3] = value.D; }
    }

    public static void Add(ArrayView<float> x, long row, int column, int size, Four value) =>
        Store(x, row, column, size, Fours.Add(Load(x, row, column, size), value));
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
