using System.Runtime.ExceptionServices;

namespace PureLlm.Tokenizer;

/// <summary>Many independent pieces of work on all cores: the largest first, each result in its own place, so that the outcome does not depend on who did what.</summary>
internal static class BatchWork
{
    /// <summary>Small pieces are taken together up to this size.</summary>
    private const int Portion = 1 << 14;

    /// <summary>The results of all pieces, in order; throws the error of the first piece that failed.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="size">The size of a piece, in bytes.</param>
    /// <param name="work">Does one piece; called from several threads.</param>
    /// <param name="threads">The most threads; 0 for one per core.</param>
    public static T[] Run<T>(int count, Func<int, int> size, Func<int, T> work, int threads)
    {
        var results = new T[count];
        threads = Math.Min(threads > 0 ? threads : Environment.ProcessorCount, count);
        if (threads <= 1)
        {
            for (int i = 0; i < count; i++)
            {
                results[i] = work(i);
            }
            return results;
        }
        int[] sizes = [.. Enumerable.Range(0, count).Select(size)];
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(i => sizes[i])];
        int next = 0;
        (int Index, Exception Error)? failure = null;
        var gate = new Lock();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            while (Take(out int from, out int to))
            {
                for (int k = from; k < to; k++)
                {
                    try
                    {
                        results[order[k]] = work(order[k]);
                    }
                    catch (TokenizerException error)
                    {
                        lock (gate)
                        {
                            failure = failure is { } known && known.Index < order[k] ? known : (order[k], error);
                        }
                    }
                }
            }
        });
        if (failure is { } first)
        {
            ExceptionDispatchInfo.Throw(first.Error);
        }
        return results;

        bool Take(out int from, out int to)
        {
            lock (gate)
            {
                from = to = next;
                for (long taken = 0; to < count && (to == from || taken + sizes[order[to]] <= Portion); to++)
                {
                    taken += sizes[order[to]];
                }
                next = to;
                return from < to;
            }
        }
    }
}
