namespace PureLlm.Tokenizer.Training;

/// <summary>Which pair merges next. A pair's true count lies in <see cref="Counts"/> and may have changed since the pair was pushed.</summary>
internal abstract class PairQueue(long minimum)
{
    /// <summary>The counts of all pairs.</summary>
    public PairCounts Counts { get; } = new();

    /// <summary>A pair that occurs less often is never taken.</summary>
    public long Minimum { get; } = Math.Max(1, minimum);

    /// <summary>Adds a pair with the words that hold it; a pair that is too rare is left out.</summary>
    public abstract void Push(ulong key, long count, int[] places, int start, int length);

    /// <summary>Takes the pair that is next; false where none is left.</summary>
    public abstract bool TryPop(out Entry best);

    /// <summary>The pair has been merged so often, and the counts of the pairs that are gone have been lowered; the new pairs are pushed next.</summary>
    public virtual void Merged(int left, int right, int made, long occurrences)
    {
    }

    /// <summary>All new pairs of this merge have been pushed.</summary>
    public virtual void Settled(int left, int right)
    {
    }

    /// <summary>A pair and the places of the words that held it when it was pushed.</summary>
    public struct Entry
    {
        public ulong Key;
        public long Count;
        public int[] Places;
        public int Start;
        public int Length;
        public int Next;
    }
}
