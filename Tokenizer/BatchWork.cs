using System.Runtime.ExceptionServices;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>Many independent pieces of work on all cores: the large ones first, each result in its own place, so that the outcome does not depend on who did what.</summary>
internal static class BatchWork
{
    /// <summary>Small pieces are taken together up to this size.</summary>
    private const int Portion = 1 << 14;

    /// <summary>What is larger than this part of a thread's share comes first, so that no thread is left with it at the end; the rest keeps its order, for neighbours are alike.</summary>
    private const int Shares = 32;

    /// <summary>The results of all pieces, in order; throws the error of the first piece that failed.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="size">The size of a piece, in bytes.</param>
    /// <param name="memory">Working memory, of which each thread takes one for all its pieces.</param>
    /// <param name="work">Does one piece; called from several threads.</param>
    /// <param name="threads">The most threads; 0 for one per core.</param>
    public static T[] Run<TMemory, T>(int count, Func<int, int> size, Spares<TMemory> memory, Func<int, TMemory, T> work, int threads)
        where TMemory : class
    {
        var results = new T[count];
        threads = Math.Min(threads > 0 ? threads : Environment.ProcessorCount, count);
        if (threads <= 1)
        {
            TMemory own = memory.Take();
            for (int i = 0; i < count; i++)
            {
                results[i] = work(i, own);
            }
            memory.Return(own);
            return results;
        }
        var sizes = new int[count];
        for (int i = 0; i < count; i++)
        {
            sizes[i] = size(i);
        }
        int[]? order = Order(sizes, threads);
        int next = 0;
        (int Index, Exception Error)? failure = null;
        var gate = new Lock();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            TMemory own = memory.Take();
            while (Take(out int from, out int to))
            {
                for (int k = from; k < to; k++)
                {
                    int i = order?[k] ?? k;
                    try
                    {
                        results[i] = work(i, own);
                    }
                    catch (TokenizerException error)
                    {
                        // What a failed piece left in the memory is not used again.
                        own = memory.Take();
                        lock (gate)
                        {
                            failure = failure is { } known && known.Index < i ? known : (i, error);
                        }
                    }
                }
            }
            memory.Return(own);
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
                for (long taken = 0; to < count && (to == from || taken + sizes[order?[to] ?? to] <= Portion); to++)
                {
                    taken += sizes[order?[to] ?? to];
                }
                next = to;
                return from < to;
            }
        }
    }

    /// <summary>The order in which pieces are taken; null where they keep theirs.</summary>
    private static int[]? Order(int[] sizes, int threads)
    {
        long total = 0;
        foreach (int size in sizes)
        {
            total += size;
        }
        long most = Math.Max(Portion, total / threads / Shares);
        int[] large = [.. Enumerable.Range(0, sizes.Length).Where(i => sizes[i] > most).OrderByDescending(i => sizes[i])];
        return large.Length == 0 ? null : [.. large, .. Enumerable.Range(0, sizes.Length).Where(i => sizes[i] <= most)];
    }
}
