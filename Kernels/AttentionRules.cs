namespace PureLlm.Kernels;

/// <summary>What every device asks of the sizes of an attention call, and how many floats they reach.</summary>
internal static class AttentionRules
{
    /// <summary>Floats from the first to the last that is touched of rows [Batch·Queries, …].</summary>
    public static long QueryFloats(in AttentionShape shape, int stride) =>
        ((((long)shape.Batch * shape.Queries) - 1) * stride) + ((long)shape.Heads * shape.HeadSize);

    /// <summary>The same of keys and values; 0 without keys.</summary>
    public static long KeyFloats(in AttentionShape shape, int stride) => shape.Keys == 0 ? 0
        : ((((shape.Batch - 1L) * shape.KeyBatchStride) + shape.Keys - 1) * stride) + ((long)shape.KeyValueHeads * shape.HeadSize);

    /// <exception cref="ArgumentException">The view is shorter than the sizes reach.</exception>
    public static void CheckLength(View view, long length, string operation, string argument)
    {
        int held = view.IsEmpty ? 0 : view.Length;
        if (held < length)
        {
            throw new ArgumentException($"{operation}: '{argument}' holds {held} floats, but the sizes and strides reach {length}; pass a longer view or correct the shape.");
        }
    }

    /// <exception cref="ArgumentException">The sizes contradict each other.</exception>
    public static void Check(in AttentionShape shape, string operation)
    {
        if (shape.Batch < 0 || shape.Queries < 0 || shape.Keys < 0 || shape.Heads < 1 || shape.KeyValueHeads < 1 || shape.HeadSize < 1)
        {
            throw new ArgumentException($"{operation}: batch {shape.Batch}, queries {shape.Queries} and keys {shape.Keys} must not be negative; heads {shape.Heads}, key heads {shape.KeyValueHeads} and head size {shape.HeadSize} must be at least 1.");
        }
        if (shape.Heads % shape.KeyValueHeads != 0)
        {
            throw new ArgumentException($"{operation}: {shape.Heads} query heads cannot share {shape.KeyValueHeads} key heads evenly; make the first a multiple of the second.");
        }
        CheckStride(operation, "query", shape.QueryStride, shape.Heads, shape.HeadSize);
        CheckStride(operation, "key", shape.KeyStride, shape.KeyValueHeads, shape.HeadSize);
        CheckStride(operation, "value", shape.ValueStride, shape.KeyValueHeads, shape.HeadSize);
        CheckStride(operation, "output", shape.OutputStride, shape.Heads, shape.HeadSize);
        if (shape.KeyBatchStride < shape.Keys)
        {
            throw new ArgumentException($"{operation}: sequences lie {shape.KeyBatchStride} key rows apart but have {shape.Keys} keys; the batch stride is at least the number of keys.");
        }
        if (shape.Window < 0 || (shape.Window > 0 && !shape.Causal))
        {
            throw new ArgumentException($"{operation}: a window of {shape.Window} {(shape.Window < 0 ? "is negative" : "needs a causal mask")}; use 0 for all positions.");
        }
    }

    private static void CheckStride(string operation, string rows, int stride, int heads, int headSize)
    {
        if (stride < (long)heads * headSize)
        {
            throw new ArgumentException($"{operation}: {rows} rows lie {stride} floats apart but hold {heads} heads of {headSize}; the stride is at least their product.");
        }
    }
}
