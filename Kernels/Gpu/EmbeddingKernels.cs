using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>Rows of a table picked by token, and their gradient over rows sorted by token: what one table row gets is added in a fixed order.</summary>
internal static class EmbeddingKernels
{
    /// <summary>Rows of one token up to which a warp adds them in their order; more are shared by a group.</summary>
    public const int ShortRun = 32;

    /// <summary>Packs of columns of a group that shares a long run.</summary>
    public const int StripPacks = 8;

    /// <summary>y[row, :] = table[tokens[row], :], NaN where there is no such token: a thread a pack.</summary>
    public static void Forward<TPack, TData, TNumbers>(ArrayView<int> tokens, ArrayView<ushort> table, ArrayView<float> y, int rows, int columns, int vocabulary)
        where TPack : struct, IPack<TData> where TData : unmanaged where TNumbers : struct, INumbers
    {
        int count = columns / TPack.Lanes, index = Grid.GlobalIndex.X, row = index / count;
        if (row >= rows) { return; }
        int token = tokens[row];
        ArrayView<TData> to = y.Cast<TData>();
        if ((uint)token < (uint)vocabulary) { to[index] = TPack.Load<TNumbers>(table, (token * count) + index - (row * count)); }
        else { to[index] = TPack.Broadcast(float.NaN); }
    }

    /// <summary>dtable[token, :] += Σ dy[row, :] of each token with at most <see cref="ShortRun"/> rows: the warp at the first key of a run adds it.</summary>
    public static void AddShortRuns<TPack, TData, TNumbers>(ArrayView<long> keys, ArrayView<float> dy, ArrayView<ushort> dtable, int rows, int columns, uint firstKey, uint secondKey)
        where TPack : struct, IPack<TData> where TData : unmanaged where TNumbers : struct, INumbers
    {
        int place = WarpTeam.Row, count = columns / TPack.Lanes;
        if (place >= rows) { return; }
        int token = Token(keys, place), end = place + 1;
        if (token == TokenSortKernels.NoToken || (place > 0 && Token(keys, place - 1) == token) || (place + ShortRun < rows && Token(keys, place + ShortRun) == token)) { return; }
        while (end < rows && Token(keys, end) == token) { end++; }
        ArrayView<TData> gradient = dy.Cast<TData>();
        for (int i = WarpTeam.Rank; i < count; i += WarpTeam.Size)
        {
            TData sum = TPack.Broadcast(0f);
            for (int next = place; next < end; next++) { sum = TPack.Add(sum, gradient[(Row(keys, next) * count) + i]); }
            TPack.AddTo<TNumbers>(dtable, (token * count) + i, sum, firstKey, secondKey);
        }
    }

    /// <summary>The same of tokens with more rows. A group stands for <see cref="ShortRun"/> keys and a strip of columns; it works if the run at its first key is long and began behind the group before it.</summary>
    /// <remarks>The threads of a strip take rows in turn and are added in halves.</remarks>
    public static void AddLongRuns<TPack, TData, TNumbers>(ArrayView<long> keys, ArrayView<float> dy, ArrayView<ushort> dtable, int rows, int columns, int strips, uint firstKey, uint secondKey)
        where TPack : struct, IPack<TData> where TData : unmanaged where TNumbers : struct, INumbers
    {
        ArrayView<TData> parts = TPack.Shared();
        int block = Grid.IdxX / strips, strip = Grid.IdxX - (block * strips), first = block * ShortRun, token = Token(keys, first);
        if (token == TokenSortKernels.NoToken || (block > 0 && Token(keys, first - ShortRun) == token)) { return; }
        while (first > 0 && Token(keys, first - 1) == token) { first--; }
        if (first + ShortRun >= rows || Token(keys, first + ShortRun) != token) { return; }

        // The end of the run, by halves: the loop over it then has independent loads.
        int end = first + ShortRun, beyond = rows;
        while (end < beyond)
        {
            int middle = end + ((beyond - end) / 2);
            if (Token(keys, middle) == token) { end = middle + 1; }
            else { beyond = middle; }
        }
        int count = columns / TPack.Lanes, lanes = Group.DimX / StripPacks, lane = Group.IdxX / StripPacks, column = (strip * StripPacks) + (Group.IdxX % StripPacks);
        ArrayView<TData> gradient = dy.Cast<TData>();
        TData sum = TPack.Broadcast(0f);
        if (column < count)
        {
            for (int next = first + lane; next < end; next += lanes) { sum = TPack.Add(sum, gradient[(Row(keys, next) * count) + column]); }
        }
        parts[Group.IdxX] = sum;
        for (int half = lanes >> 1; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (lane < half) { parts[Group.IdxX] = TPack.Add(parts[Group.IdxX], parts[Group.IdxX + (half * StripPacks)]); }
        }
        if (lane == 0 && column < count) { TPack.AddTo<TNumbers>(dtable, (token * count) + column, parts[Group.IdxX], firstKey, secondKey); }
    }

    private static int Token(ArrayView<long> keys, int place) => (int)(keys[place] >> 32);

    private static int Row(ArrayView<long> keys, int place) => (int)keys[place];
}
