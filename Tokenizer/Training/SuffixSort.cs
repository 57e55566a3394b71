namespace PureLlm.Tokenizer.Training;

/// <summary>Sorts suffixes by their first symbols, up to a depth; a 0 ends a suffix. Three-way radix quicksort (Bentley and Sedgewick 1997).</summary>
internal sealed class SuffixSort(int[] symbols, int depthLimit)
{
    private const int Small = 12;

    /// <summary>Sorts by the first symbol with one count, then each group on its own; threads share the groups.</summary>
    public void Sort(int[] suffixes, int threads)
    {
        if (suffixes.Length == 0)
        {
            return;
        }
        var starts = new int[symbols.Max() + 2];
        foreach (int suffix in suffixes)
        {
            starts[symbols[suffix] + 1]++;
        }
        for (int s = 1; s < starts.Length; s++)
        {
            starts[s] += starts[s - 1];
        }
        int[] next = [.. starts];
        foreach (int suffix in (int[])[.. suffixes])
        {
            suffixes[next[symbols[suffix]]++] = suffix;
        }
        int group = 0;
        PieceCounter.Parallel(Math.Max(1, threads), _ =>
        {
            for (int s; (s = Interlocked.Increment(ref group)) < starts.Length - 1;)
            {
                Sort(suffixes, starts[s], starts[s + 1], 1);
            }
        });
    }

    private void Sort(int[] suffixes, int from, int to, int depth)
    {
        while (to - from > Small && depth < depthLimit)
        {
            int pivot = Median(symbols[suffixes[from] + depth], symbols[suffixes[from + ((to - from) / 2)] + depth], symbols[suffixes[to - 1] + depth]);
            int lower = from, upper = to;
            for (int i = from; i < upper;)
            {
                int suffix = suffixes[i], symbol = symbols[suffix + depth];
                if (symbol < pivot)
                {
                    (suffixes[i++], suffixes[lower]) = (suffixes[lower], suffix);
                    lower++;
                }
                else if (symbol > pivot)
                {
                    upper--;
                    (suffixes[i], suffixes[upper]) = (suffixes[upper], suffix);
                }
                else
                {
                    i++;
                }
            }
            Sort(suffixes, from, lower, depth);
            Sort(suffixes, upper, to, depth);
            if (pivot == 0)
            {
                return;
            }
            (from, to) = (lower, upper);
            depth++;
        }
        if (depth < depthLimit)
        {
            Insert(suffixes, from, to, depth);
        }
    }

    private void Insert(int[] suffixes, int from, int to, int depth)
    {
        for (int i = from + 1; i < to; i++)
        {
            int suffix = suffixes[i], at = i;
            while (at > from && Precedes(suffix, suffixes[at - 1], depth))
            {
                suffixes[at] = suffixes[at - 1];
                at--;
            }
            suffixes[at] = suffix;
        }
    }

    private bool Precedes(int x, int y, int depth)
    {
        for (; depth < depthLimit; depth++)
        {
            int a = symbols[x + depth], b = symbols[y + depth];
            if (a != b)
            {
                return a < b;
            }
            if (a == 0)
            {
                return false;
            }
        }
        return false;
    }

    private static int Median(int a, int b, int c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
