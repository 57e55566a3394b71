using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Sums over rows in two stages: a sum of each column for each chunk of rows, then over the chunks, both in order.</summary>
internal static class ColumnSumKernels
{
    // Rows of the second stage that a group adds side by side.
    private const int Lanes = 8;

    /// <summary>Columns that a group of the second stage adds up.</summary>
    public static int StripColumns(int groupSize) => groupSize / Lanes;

    /// <summary>sums[chunk, column] = Σ x[row, column] over the chunk's rows, or added to what is there; the last row may be short. A thread has four columns if they are aligned, else one.</summary>
    public static void Chunks(ArrayView<float> x, ArrayView<float> sums, int columns, int chunkRows, int chunks, ElementNumbers n)
    {
        int width = n.IsAligned != 0 ? columns >> 2 : columns;
        int at = Grid.GlobalIndex.X, chunk = at / width, column = at % width;
        if (chunk >= chunks) { return; }
        // Units of one access; the view holds fewer than 2³¹ floats.
        int end = (int)Math.Min(((long)chunk + 1) * chunkRows * width, n.IsAligned != 0 ? n.Length >> 2 : n.Length);
        long i = ((long)chunk * chunkRows * width) + column;
        if (n.IsAligned != 0)
        {
            Four sum = default;
            for (; i < end; i += width)
            {
                Four v = x.Cast<Four>()[i];
                sum = new Four(sum.A + v.A, sum.B + v.B, sum.C + v.C, sum.D + v.D);
            }
            if (n.Accumulates != 0)
            {
                Four v = sums.Cast<Four>()[at];
                sum = new Four(v.A + sum.A, v.B + sum.B, v.C + sum.C, v.D + sum.D);
            }
            sums.Cast<Four>()[at] = sum;
            return;
        }
        float one = 0f;
        for (; i < end; i += width) { one += x[i]; }
        sums[at] = n.Accumulates != 0 ? sums[at] + one : one;
    }

    /// <summary>into[column] = Σ sums[chunk, column], or added to what is there.</summary>
    public static void Add(ArrayView<float> sums, ArrayView<float> into, int chunks, int columns, int accumulates)
    {
        var shared = SharedMemory.Allocate<float>(256);
        int strip = Group.DimX / Lanes, lane = Group.IdxX / strip, place = Group.IdxX % strip, column = (Grid.IdxX * strip) + place;
        float sum = 0f;
        if (column < columns)
        {
            for (int chunk = lane; chunk < chunks; chunk += Lanes) { sum += sums[(chunk * columns) + column]; }
        }
        shared[Group.IdxX] = sum;
        Group.Barrier();
        if (lane != 0 || column >= columns) { return; }
        for (int other = 1; other < Lanes; other++) { sum += shared[(other * strip) + place]; }
        into[column] = accumulates != 0 ? into[column] + sum : sum;
    }
}
