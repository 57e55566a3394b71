namespace PureLlm.Tokenizer.PreTokenizers;

/// <summary>What becomes of the delimiters that a split finds; the examples cut "a-b--c" at "-".</summary>
public enum SplitBehavior
{
    /// <summary>They are left out: a b c.</summary>
    Removed,

    /// <summary>Each is a piece: a - b - - c.</summary>
    Isolated,

    /// <summary>Each ends the piece before it: a- b- - c.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece after it: a -b - -c.</summary>
    MergedWithNext,

    /// <summary>Neighbours are one piece: a - b -- c.</summary>
    Contiguous,
}
