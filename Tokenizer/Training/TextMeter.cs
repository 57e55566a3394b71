namespace PureLlm.Tokenizer.Training;

/// <summary>Encodes a corpus block by block and counts what comes out.</summary>
internal static class TextMeter
{
    /// <summary>Counts the corpus; adds to <paramref name="used"/> how often each id occurs.</summary>
    public static TextUse Measure(TextTokenizer tokenizer, TrainingCorpus corpus, TrainingRun run, int? unknown, long[] used)
    {
        int threads = Math.Max(1, run.Threads);
        var uses = new TextUse[threads];
        long done = 0, total = corpus.Length ?? 0;
        using IEnumerator<CorpusBlock> blocks = corpus.Blocks().GetEnumerator();
        PieceCounter.Parallel(threads, worker =>
        {
            uses[worker] = new TextUse(0, 0, 0, 0, 0);
            var counts = new long[used.Length];
            List<int> ids = [];
            while (true)
            {
                CorpusBlock block;
                lock (blocks)
                {
                    run.Cancellation.ThrowIfCancellationRequested();
                    if (!blocks.MoveNext())
                    {
                        break;
                    }
                    block = blocks.Current;
                    done += block.Bytes.Length;
                    run.Progress?.Invoke(new TrainingProgress(TrainingPhase.Reading, done, total));
                }
                foreach (Range text in block.Texts())
                {
                    uses[worker] = Add(uses[worker], tokenizer, block.Bytes.Span[text], counts, ids);
                }
                block.Return();
            }
            lock (used)
            {
                for (int id = 0; id < used.Length; id++)
                {
                    used[id] += counts[id];
                }
            }
        });
        long unknowns = unknown is { } unknownId ? used[unknownId] : 0;
        return new TextUse(uses.Sum(u => u.Bytes), uses.Sum(u => u.Characters), uses.Sum(u => u.Words), uses.Sum(u => u.Tokens), unknowns);
    }

    private static TextUse Add(TextUse sum, TextTokenizer tokenizer, ReadOnlySpan<byte> text, long[] counts, List<int> ids)
    {
        ids.Clear();
        tokenizer.Encode(text, ids);
        foreach (int id in ids)
        {
            counts[id]++;
        }
        long characters = 0, words = 0;
        bool inWord = false;
        for (int i = 0, length; i < text.Length; i += length)
        {
            bool space = WhiteSpace.At(text, i, out length);
            characters++;
            words += !space && !inWord ? 1 : 0;
            inWord = !space;
        }
        return new TextUse(sum.Bytes + text.Length, sum.Characters + characters, sum.Words + words, sum.Tokens + ids.Count, 0);
    }
}
