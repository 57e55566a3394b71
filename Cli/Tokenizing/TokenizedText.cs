namespace PureLlm.Cli.Tokenizing;

/// <summary>A text with its cut into pieces and tokens, ready to be shown.</summary>
/// <param name="Title">The tokenizer.</param>
/// <param name="Text">The whole text, UTF-8.</param>
internal sealed record TokenizedText(string Title, byte[] Text, IReadOnlyList<TokenizedPiece> Pieces)
{
    public int TokenCount => Pieces.Sum(piece => piece.Tokens.Count);

    public IEnumerable<ShownToken> Tokens => Pieces.SelectMany(piece => piece.Tokens);
}

/// <summary>What the model encoded at once: its tokens, and the merges that led there where the model merges.</summary>
/// <param name="Start">The symbols before the first merge, as shown.</param>
internal sealed record TokenizedPiece(string Text, IReadOnlyList<ShownToken> Tokens, IReadOnlyList<string> Start, IReadOnlyList<ShownMerge> Merges)
{
    /// <summary>What the model chose from, where it does not merge.</summary>
    public IReadOnlyList<ShownCandidate> Candidates { get; init; } = [];
}

/// <summary>A token that could stand at the bytes [Start, End) of a piece; the scores where the model has some.</summary>
internal sealed record ShownCandidate(int Id, int Start, int End, string Shown, double? Score, double? Sum, bool IsTaken);

/// <summary>One token: its id, the bytes [Start, End) of the text, and its spelling with spaces and line ends visible.</summary>
internal sealed record ShownToken(int Id, int Start, int End, string Shown, bool IsSpecial);

/// <summary>One merge: its rank, the two symbols, what they became and where, and all symbols after it.</summary>
internal sealed record ShownMerge(int Rank, string Left, string Right, string Made, int Place, IReadOnlyList<string> Symbols);
