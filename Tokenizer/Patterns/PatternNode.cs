using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>A regular expression as a tree.</summary>
internal abstract record PatternNode
{
    /// <summary>Matches the empty text.</summary>
    public static readonly PatternNode Empty = new SequenceNode([]);
}

/// <summary>One character of a set.</summary>
internal sealed record SetNode(CharacterRanges Set) : PatternNode;

/// <summary>One after the other.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Items) : PatternNode;

/// <summary>The first that lets the rest match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Items) : PatternNode;

/// <summary>Min to Max times, without an upper bound where Max is −1.</summary>
internal sealed record RepeatNode(PatternNode Body, int Min, int Max, RepeatKind Kind) : PatternNode;

/// <summary>A match that is kept once it is found: (?&gt;…).</summary>
internal sealed record AtomicNode(PatternNode Body) : PatternNode;

/// <summary>A look ahead or behind: true where the body matches there, or does not.</summary>
internal sealed record LookNode(PatternNode Body, bool Ahead, bool Negative) : PatternNode;

/// <summary>A place between characters.</summary>
internal sealed record AnchorNode(AnchorKind Kind) : PatternNode;

/// <summary>The match counts from here: \K.</summary>
internal sealed record KeepNode : PatternNode;

/// <summary>How a repetition chooses its count.</summary>
internal enum RepeatKind
{
    /// <summary>As many as the rest allows.</summary>
    Greedy,

    /// <summary>As few as the rest allows.</summary>
    Lazy,

    /// <summary>As many as there are.</summary>
    Possessive,
}

/// <summary>Places between characters.</summary>
internal enum AnchorKind
{
    /// <summary>\A</summary>
    TextStart,

    /// <summary>\z</summary>
    TextEnd,

    /// <summary>\Z: the end, or before a line break that ends the text.</summary>
    LastLineEnd,

    /// <summary>^</summary>
    LineStart,

    /// <summary>$</summary>
    LineEnd,

    /// <summary>\b</summary>
    WordEdge,

    /// <summary>\B</summary>
    NoWordEdge,
}
