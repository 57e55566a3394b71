namespace PureLlm.Engine.Data;

/// <summary>The tokens of one part of a data set, where its documents start, and what an ideal model would lose on each.</summary>
/// <param name="Tokens">The tokens, document after document.</param>
/// <param name="DocumentStarts">The position of each document's first token, ascending from 0.</param>
/// <param name="IdealNats">
/// For each token, −ln of its probability under the process that wrote the text; null where that is unknown.
/// See <see cref="EvaluationBatches.Floor"/> for what follows from it.
/// </param>
public sealed record TokenSplit(TokenStore Tokens, IReadOnlyList<long> DocumentStarts, float[]? IdealNats = null)
{
    /// <summary>How many tokens there are.</summary>
    public long Count => Tokens.Count;

    /// <summary>The length of document <paramref name="index"/> in tokens, its end of text included.</summary>
    public long DocumentLength(int index) =>
        (index + 1 < DocumentStarts.Count ? DocumentStarts[index + 1] : Count) - DocumentStarts[index];
}
