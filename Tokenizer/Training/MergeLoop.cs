using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>Takes the best pair and merges it until the vocabulary is full or no pair is frequent enough.</summary>
internal static class MergeLoop
{
    private const int ProgressInterval = 256;

    /// <summary>The merges in order; the tokens that they make are added to the rule's vocabulary.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static List<(int Left, int Right)> Run(SymbolWords words, PairRule rule, int vocabularySize, TrainingRun run, PairQueue queue)
    {
        GrowingVocabulary vocabulary = rule.Vocabulary;
        int start = vocabulary.Count;
        List<(int Left, int Right)> merges = [];
        run.Progress?.Invoke(new TrainingProgress(TrainingPhase.Preparing, 0, 1));
        var merger = new PairMerger(words, vocabulary.Count, rule, queue);
        while (vocabulary.Count < vocabularySize && merger.TryTakeBest(out PairQueue.Entry best))
        {
            if (merges.Count % ProgressInterval == 0)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                run.Progress?.Invoke(new TrainingProgress(TrainingPhase.Merging, vocabulary.Count - start, vocabularySize - start));
            }
            (int left, int right) = (PairCounts.Left(best.Key), PairCounts.Right(best.Key));
            byte[] joined = rule.Join(left, right);
            if (!vocabulary.TryFind(joined, out int made))
            {
                made = vocabulary.Add(joined, vocabulary.Length(left) + vocabulary.Length(right));
            }
            else if (!rule.JoinsTo(made))
            {
                continue;
            }
            merges.Add((left, right));
            merger.Merge(best, made);
        }
        run.Progress?.Invoke(new TrainingProgress(TrainingPhase.Merging, vocabulary.Count - start, vocabulary.Count - start));
        return merges;
    }
}
