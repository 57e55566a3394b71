namespace PureLlm.Tokenizer.Training;

/// <summary>One pass over all words under a Unigram model, on several threads. Sums are integers, so that they do not depend on the number of threads.</summary>
internal sealed class UnigramEstimation(UnigramWords words, TrainingRun run)
{
    private const int Block = 512;

    private readonly UnigramLattice[] _lattices = [.. Enumerable.Range(0, Math.Max(1, run.Threads)).Select(_ => new UnigramLattice(Math.Max(words.LongestWord, 64)))];
    private readonly double _unit = Math.Pow(2, Math.Min(40, 62 - (int)Math.Ceiling(Math.Log2(Math.Max(2, words.TotalSymbols)))));
    private double _logPerSymbol = -2.5;

    /// <summary>A character's log-probability is far above −1000.</summary>
    private double LogUnit => _unit / 1024;

    /// <summary>How often each token is expected over all segmentations of all words, and the text's log-probability.</summary>
    public (double[] Expected, double LogProbability) Expect(UnigramTokens tokens)
    {
        (long[] sums, double log) = Pass(tokens, (lattice, word, count, sum, _) => count * lattice.Expect(word, count * _unit, sum));
        _logPerSymbol = log / words.TotalSymbols;
        return ([.. sums.Select(sum => sum / _unit)], log);
    }

    /// <summary>How often each token is in the most probable segmentations of all words.</summary>
    public long[] CountBest(UnigramTokens tokens) => Pass(tokens, (lattice, word, count, sum, path) =>
    {
        path.Clear();
        double log = lattice.Best(word, path);
        foreach (int id in path)
        {
            sum[id] += count;
        }
        return count * log;
    }).Sums;

    private delegate double WordWork(UnigramLattice lattice, ReadOnlySpan<int> word, long count, long[] sums, List<int> path);

    private (long[] Sums, double Log) Pass(UnigramTokens tokens, WordWork work)
    {
        int blocks = (words.Count + Block - 1) / Block, next = -1;
        var sums = new long[_lattices.Length][];
        long log = 0;
        PieceCounter.Parallel(_lattices.Length, worker =>
        {
            UnigramLattice lattice = _lattices[worker];
            lattice.Use(tokens, _logPerSymbol);
            long[] own = sums[worker] = new long[tokens.Count];
            List<int> path = [];
            long ownLog = 0;
            for (int block; (block = Interlocked.Increment(ref next)) < blocks;)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                for (int w = block * Block; w < Math.Min(words.Count, (block + 1) * Block); w++)
                {
                    ownLog += (long)(work(lattice, words[w], words.Counts[w], own, path) * LogUnit);
                }
            }
            Interlocked.Add(ref log, ownLog);
        });
        for (int worker = 1; worker < sums.Length; worker++)
        {
            for (int id = 0; id < tokens.Count; id++)
            {
                sums[0][id] += sums[worker][id];
            }
        }
        return (sums[0], log / LogUnit);
    }
}
