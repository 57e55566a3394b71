using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Attention of few queries over many keys: a group takes a chunk of keys for the query rows that share a key head, a second kernel combines the chunks.</summary>
/// <remarks>
/// Dao et al. 2023, "Flash-Decoding". Chunks have a fixed number of keys and start at key 0, so the bits of a row depend on that row, its keys and
/// values and the head size alone. They are not those of <see cref="AttentionKernels.Forward"/>: here a score is eight chains that are added in halves, and
/// an output is one chain for each slot of the group and each chunk, the slots added in order, then the chunks in order.
/// </remarks>
internal static class AttentionSplitKernels
{
    /// <summary>Keys of a chunk in a group of 256 threads; half as many as threads in any group.</summary>
    private const int MostKeys = 128;

    /// <summary>Query rows of a group; a row is a query of a head that reads the group's keys.</summary>
    public const int Rows = 8;

    /// <summary>The widest head in a group of 256 threads; a thread has four columns.</summary>
    public const int MostColumns = 256;

    // Threads that share a score.
    private const int Lanes = 8;

    // Fours of shared memory: the rows of q, the weights [key, row], and 8 sums of each of 256 threads. 44 KB.
    private const int Weights = Rows * MostColumns / 4;
    private const int Sums = Weights + (MostKeys * Rows / 4);
    private const int Shared = Sums + (Rows * 256);

    /// <summary>Keys of a chunk in a group of so many threads.</summary>
    public static int ChunkOf(int threads) => threads / 2;

    /// <summary>What a chunk adds to a row: Σ p·v, max s and Σ p. Grid: chunks × blocks of rows × key heads × batch.</summary>
    /// <param name="parts">[batch, head, query, chunk, columns / 4] without padding.</param>
    /// <param name="statistics">[batch, head, query, chunk, 2].</param>
    /// <param name="chunks">⌈Keys / keys of a chunk⌉.</param>
    /// <param name="threads">Threads that lie beside each other along the columns: a power of two, 4 columns each.</param>
    public static void Parts<TRows>(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<Four> parts, ArrayView<float> statistics, AttentionSizes sizes, int chunks, int threads)
        where TRows : struct, IAttentionRows
    {
        var shared = SharedMemory.Allocate<Four>(Shared);
        int rows = sizes.Share * sizes.Queries, blocks = (rows + Rows - 1) / Rows, fours = (sizes.HeadSize + 3) >> 2;
        int unit = Grid.IdxX, chunk = unit % chunks;
        unit /= chunks;
        int firstRow = unit % blocks * Rows;
        unit /= blocks;
        int group = unit % sizes.KeyValueHeads, batch = unit / sizes.KeyValueHeads;
        int firstKey = chunk * ChunkOf(Group.DimX), keys = Math.Min(ChunkOf(Group.DimX), sizes.Keys - firstKey);

        int lastRow = Math.Min(firstRow + Rows, rows) - 1;
        if (firstKey >= sizes.EndKeyOf(lastRow / sizes.Share) || firstKey + keys <= sizes.FirstKeyOf(firstRow / sizes.Share))
        {
            if (firstRow + Group.IdxX <= lastRow) { StoreStatistics(statistics, (Row(sizes, batch, group, firstRow + Group.IdxX) * chunks) + chunk, float.MinValue, 0f); }
            return;
        }
        for (int i = Group.IdxX; i < Rows * fours; i += Group.DimX)
        {
            int row = firstRow + (i / fours);
            int last = Math.Min(row, rows - 1);
            Four value = TRows.Load(q, sizes.QueryRow(batch, last / sizes.Share, (group * sizes.Share) + (last % sizes.Share)), 0, row, rows, 4 * (i % fours), sizes.HeadSize);
            shared[i] = FourMath.Scale(value, sizes.Scale);
        }
        Group.Barrier();
        Score<TRows>(k, sizes.KeyRow(batch, firstKey, group), sizes.KeyStride, keys, sizes.HeadSize, fours, firstRow, firstKey, sizes, shared);
        Group.Barrier();
        Weigh(firstRow, rows, group, batch, chunk, chunks, sizes, statistics, shared);
        Group.Barrier();
        Sum<TRows>(v, sizes.ValueRow(batch, firstKey, group), sizes.ValueStride, keys, sizes.HeadSize, fours, threads, shared);
        Group.Barrier();
        int slots = Group.DimX / threads;
        for (int i = Group.IdxX; i < Rows * threads; i += Group.DimX)
        {
            int row = firstRow + (i / threads), four = i % threads;
            if (row < rows && four < fours)
            {
                Four sum = shared[Sums + i];
                for (int slot = 1; slot < slots; slot++) { sum = FourMath.Add(sum, shared[Sums + (slot * Rows * threads) + i]); }
                long at = Row(sizes, batch, group, row);
                parts[(((at * chunks) + chunk) * fours) + four] = sum;
            }
        }
    }

    /// <summary>y = Σ of the chunks' parts, each by its largest score, in order, and logSumExp. Grid: one thread for four columns of each row.</summary>
    public static void Combine<TRows>(ArrayView<Four> parts, ArrayView<float> statistics, ArrayView<float> y, ArrayView<float> logSumExp, AttentionSizes sizes, int chunks)
        where TRows : struct, IAttentionRows
    {
        int thread = Grid.GlobalIndex.X, fours = (sizes.HeadSize + 3) >> 2, at = thread / fours, four = thread % fours;
        if (at >= sizes.Batch * sizes.Heads * sizes.Queries) { return; }
        long first = (long)at * chunks;
        float max = float.MinValue, weight = 0f;
        for (int chunk = 0; chunk < chunks; chunk++) { max = AttentionTiles.Max(statistics[2 * (first + chunk)], max); }
        Four sum = default;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            float factor = AttentionTiles.Weight(statistics[2 * (first + chunk)] - max);
            weight = MathF.FusedMultiplyAdd(factor, statistics[(2 * (first + chunk)) + 1], weight);
            if (factor != 0f) { sum = FourMath.Add(sum, factor, parts[((first + chunk) * fours) + four]); }
        }
        int query = at % sizes.Queries, head = at / sizes.Queries % sizes.Heads, batch = at / sizes.Queries / sizes.Heads;
        TRows.Store(y, sizes.OutputRow(batch, query, head), 4 * four, sizes.HeadSize, FourMath.Scale(sum, AttentionKernels.Inverse(weight)));
        if (four == 0) { logSumExp[at] = AttentionKernels.LogSumExp(max, weight); }
    }

    // Scores of each key against the rows: eight threads read a key beside each other; −∞ where a row does not see the key.
    private static void Score<TRows>(
        ArrayView<float> k, long start, int stride, int keys, int size, int fours, int firstRow, int firstKey, AttentionSizes sizes, ArrayView<Four> shared)
        where TRows : struct, IAttentionRows
    {
        ArrayView<float> scores = shared.SubView(Weights, MostKeys * Rows / 4).Cast<float>();
        int chunkKeys = ChunkOf(Group.DimX), lane = Group.IdxX & (Lanes - 1), query = (firstRow + lane) / sizes.Share;
        for (int key = Group.IdxX / Lanes; key < chunkKeys; key += Group.DimX / Lanes)
        {
            float s0 = 0f, s1 = 0f, s2 = 0f, s3 = 0f, s4 = 0f, s5 = 0f, s6 = 0f, s7 = 0f;
            if (key < keys)
            {
                for (int i = lane; i < fours; i += 2 * Lanes)
                {
                    // Two loads are on their way at once; past the head, zeros meet its last four.
                    int next = Math.Min(i + Lanes, fours - 1);
                    Four x0 = TRows.Load(k, start, stride, key, keys, 4 * i, size), x1 = TRows.Load(k, start, stride, key, keys, 4 * (i + Lanes), size);
                    s0 = FourMath.Add(FourMath.Add(s0, shared[i], x0), shared[next], x1);
                    s1 = FourMath.Add(FourMath.Add(s1, shared[i + fours], x0), shared[next + fours], x1);
                    s2 = FourMath.Add(FourMath.Add(s2, shared[i + (2 * fours)], x0), shared[next + (2 * fours)], x1);
                    s3 = FourMath.Add(FourMath.Add(s3, shared[i + (3 * fours)], x0), shared[next + (3 * fours)], x1);
                    s4 = FourMath.Add(FourMath.Add(s4, shared[i + (4 * fours)], x0), shared[next + (4 * fours)], x1);
                    s5 = FourMath.Add(FourMath.Add(s5, shared[i + (5 * fours)], x0), shared[next + (5 * fours)], x1);
                    s6 = FourMath.Add(FourMath.Add(s6, shared[i + (6 * fours)], x0), shared[next + (6 * fours)], x1);
                    s7 = FourMath.Add(FourMath.Add(s7, shared[i + (7 * fours)], x0), shared[next + (7 * fours)], x1);
                }
            }
            // Each exchange halves the rows that a thread adds up, until it has one.
            bool upper = (lane & 4) != 0;
            s0 = AddHalf(s0, s4, upper, 4);
            s1 = AddHalf(s1, s5, upper, 4);
            s2 = AddHalf(s2, s6, upper, 4);
            s3 = AddHalf(s3, s7, upper, 4);
            upper = (lane & 2) != 0;
            s0 = AddHalf(AddHalf(s0, s2, upper, 2), AddHalf(s1, s3, upper, 2), (lane & 1) != 0, 1);
            scores[(key * Rows) + lane] = sizes.Sees(query, firstKey + key) ? s0 : float.NegativeInfinity;
        }
    }

    private static float AddHalf(float low, float high, bool upper, int distance) => (upper ? high : low) + Warp.ShuffleXor(upper ? low : high, distance);

    // Scores into weights against the largest of the chunk; the threads of a row lie beside each other.
    private static void Weigh(int firstRow, int rows, int group, int batch, int chunk, int chunks, AttentionSizes sizes, ArrayView<float> statistics, ArrayView<Four> shared)
    {
        ArrayView<float> scores = shared.SubView(Weights, MostKeys * Rows / 4).Cast<float>();
        int chunkKeys = ChunkOf(Group.DimX), team = Group.DimX / Rows, row = Group.IdxX / team, lane = Group.IdxX & (team - 1);
        float max = float.MinValue, sum = 0f;
        for (int key = lane; key < chunkKeys; key += team) { max = AttentionTiles.Max(scores[(key * Rows) + row], max); }
        for (int distance = team / 2; distance > 0; distance >>= 1) { max = AttentionTiles.Max(max, Warp.ShuffleXor(max, distance)); }
        for (int key = lane; key < chunkKeys; key += team)
        {
            float weight = AttentionTiles.Weight(scores[(key * Rows) + row] - max);
            scores[(key * Rows) + row] = weight;
            sum += weight;
        }
        for (int distance = team / 2; distance > 0; distance >>= 1) { sum += Warp.ShuffleXor(sum, distance); }
        if (lane == 0 && firstRow + row < rows)
        {
            StoreStatistics(statistics, (Row(sizes, batch, group, firstRow + row) * chunks) + chunk, max, sum);
        }
    }

    // Σ p·v of the rows, four columns a thread; slot s of the group takes the keys s, s + slots, ….
    private static void Sum<TRows>(ArrayView<float> v, long start, int stride, int keys, int size, int fours, int threads, ArrayView<Four> shared) where TRows : struct, IAttentionRows
    {
        int four = Group.IdxX & (threads - 1), slot = Group.IdxX / threads;
        Four y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        int slots = Group.DimX / threads;
        for (int key = slot; key < keys; key += 2 * slots)
        {
            // Two loads are on their way at once; past the keys, zeros meet the last weight.
            int next = Math.Min(key + slots, keys - 1);
            Four x0 = TRows.Load(v, start, stride, key, keys, 4 * four, size), x1 = TRows.Load(v, start, stride, key + slots, keys, 4 * four, size);
            Four low0 = shared[Weights + (2 * key)], high0 = shared[Weights + (2 * key) + 1], low1 = shared[Weights + (2 * next)], high1 = shared[Weights + (2 * next) + 1];
            y0 = FourMath.Add(FourMath.Add(y0, low0.A, x0), low1.A, x1);
            y1 = FourMath.Add(FourMath.Add(y1, low0.B, x0), low1.B, x1);
            y2 = FourMath.Add(FourMath.Add(y2, low0.C, x0), low1.C, x1);
            y3 = FourMath.Add(FourMath.Add(y3, low0.D, x0), low1.D, x1);
            y4 = FourMath.Add(FourMath.Add(y4, high0.A, x0), high1.A, x1);
            y5 = FourMath.Add(FourMath.Add(y5, high0.B, x0), high1.B, x1);
            y6 = FourMath.Add(FourMath.Add(y6, high0.C, x0), high1.C, x1);
            y7 = FourMath.Add(FourMath.Add(y7, high0.D, x0), high1.D, x1);
        }
        int at = Sums + (slot * Rows * threads) + four;
        shared[at] = y0;
        shared[at + threads] = y1;
        shared[at + (2 * threads)] = y2;
        shared[at + (3 * threads)] = y3;
        shared[at + (4 * threads)] = y4;
        shared[at + (5 * threads)] = y5;
        shared[at + (6 * threads)] = y6;
        shared[at + (7 * threads)] = y7;
    }

    private static void StoreStatistics(ArrayView<float> statistics, long chunk, float max, float sum)
    {
        statistics[2 * chunk] = max;
        statistics[(2 * chunk) + 1] = sum;
    }

    // A row of the group among all rows [batch, head, query].
    private static long Row(AttentionSizes sizes, int batch, int group, int row) =>
        sizes.Statistic(batch, row / sizes.Share, (group * sizes.Share) + (row % sizes.Share));
}
