namespace PureLlm.Tokenizer.Training;

/// <summary>What a trainer is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Reading the text and counting its pieces; in bytes, or a total of 0 where the length is unknown.</summary>
    Reading,

    /// <summary>Collecting the first pairs or substrings; in pieces.</summary>
    Preparing,

    /// <summary>Making tokens by merging; in tokens.</summary>
    Merging,

    /// <summary>Estimating and pruning probabilities; in rounds.</summary>
    Estimating,
}

/// <summary>How far a trainer is: <paramref name="Done"/> of <paramref name="Total"/> of this phase.</summary>
public readonly record struct TrainingProgress(TrainingPhase Phase, long Done, long Total);

/// <summary>How the text is cut, how many threads work, and who is told. The result never depends on the number of threads.</summary>
public record TrainingRun
{
    /// <summary>Rewrites each text before it is cut; none leaves it as it is.</summary>
    public Normalizers.Normalizer? Normalizer { get; init; }

    /// <summary>Cuts each text into pieces, which no token spans; none means the trainer's usual split.</summary>
    public PreTokenizers.PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Threads that count pieces and estimate probabilities.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Called now and then, from one thread at a time.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Ends the training with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }
}
