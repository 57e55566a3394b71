namespace PureLlm.Tokenizer;

/// <summary>Which text of a pair gives way when both are too long.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, until both are of a length; then both.</summary>
    LongestFirst,

    /// <summary>Only the first.</summary>
    OnlyFirst,

    /// <summary>Only the second.</summary>
    OnlySecond,
}

/// <summary>The end of a sequence: where it is cut, or where it is padded.</summary>
public enum SequenceSide
{
    /// <summary>The beginning.</summary>
    Left,

    /// <summary>The end.</summary>
    Right,
}

/// <summary>Cuts an encoded text to at most <paramref name="MaximumLength"/> tokens, special ones included.</summary>
/// <param name="MaximumLength">The most tokens.</param>
/// <param name="Strategy">Which text of a pair is cut.</param>
/// <param name="Stride">How many tokens neighbouring parts of the overflow share.</param>
/// <param name="Side">Where tokens are dropped.</param>
public sealed record Truncation(int MaximumLength, TruncationStrategy Strategy = TruncationStrategy.LongestFirst, int Stride = 0, SequenceSide Side = SequenceSide.Right);
