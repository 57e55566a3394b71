using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Gradients of norm weights and biases in two stages: sums over fixed chunks of rows, then over the chunks in a fixed tree.</summary>
internal static class NormWeightKernels
{
    // Columns of a group in the second stage: a sector of 32 bytes a row, so that many threads share the chunks.
    private const int StripColumns = 8;

    /// <summary>The rows of one weight: <paramref name="Heads"/> heads from <paramref name="First"/> in each row of <paramref name="Total"/>; <paramref name="Normed"/> numbers r a row.</summary>
    public readonly record struct Rows(int Total, int First, int Heads, int Normed, int Count, int ChunkRows);

    /// <summary>weightSums[chunk, column] = Σ dy·(x − mean)·r, biasSums[chunk, column] = Σ dy: a thread for each chunk and pack of columns.</summary>
    public static void Chunks<TPack, TData>(
        ArrayView<float> x, ArrayView<float> mean, ArrayView<float> r, ArrayView<float> dy, ArrayView<float> weightSums, ArrayView<float> biasSums, Rows rows, int columns, int chunks, int hasMean, int hasBias)
        where TPack : struct, IPack<TData> where TData : unmanaged
    {
        int count = columns / TPack.Lanes, index = Grid.GlobalIndex.X, chunk = index / count, column = index - (chunk * count);
        if (chunk >= chunks) { return; }
        ArrayView<TData> from = x.Cast<TData>(), gradient = dy.Cast<TData>();
        TData weight = TPack.Broadcast(0f), bias = TPack.Broadcast(0f);
        int first = chunk * rows.ChunkRows, end = Math.Min(rows.Count, first + rows.ChunkRows);
        int row = first / rows.Heads, head = first - (row * rows.Heads);
        for (int i = first; i < end; i++)
        {
            int at = (((row * rows.Total) + rows.First + head) * count) + column;
            float scale = r[(row * rows.Normed) + rows.First + head];
            TData v = from[at], g = gradient[at];
            if (hasMean != 0) { v = TPack.Subtract(v, TPack.Broadcast(mean[row])); }
            weight = TPack.MultiplyAdd(g, TPack.Multiply(v, TPack.Broadcast(scale)), weight);
            bias = TPack.Add(bias, g);
            if (++head == rows.Heads)
            {
                head = 0;
                row++;
            }
        }
        weightSums.Cast<TData>()[index] = weight;
        if (hasBias != 0) { biasSums.Cast<TData>()[index] = bias; }
    }

    /// <summary>into[column] += Σ sums[chunk, column]: the threads of a strip take chunks in turn and are added in halves.</summary>
    public static void Add(ArrayView<float> sums, ArrayView<float> into, int chunks, int columns)
    {
        ArrayView<float> parts = SharedMemory.Allocate<float>(1024);
        int lanes = Group.DimX / StripColumns, lane = Group.IdxX / StripColumns, column = (Grid.IdxX * StripColumns) + (Group.IdxX % StripColumns);
        float sum = 0f;
        if (column < columns)
        {
            for (int chunk = lane; chunk < chunks; chunk += lanes) { sum += sums[(chunk * columns) + column]; }
        }
        parts[Group.IdxX] = sum;
        for (int half = lanes >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (lane < half) { parts[Group.IdxX] += parts[Group.IdxX + (half * StripColumns)]; }
        }
        if (lane == 0 && column < columns) { into[column] += parts[Group.IdxX]; }
    }

    /// <summary>Groups of <see cref="Add"/>.</summary>
    public static int Strips(int columns) => (columns + StripColumns - 1) / StripColumns;
}
