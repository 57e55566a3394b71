namespace PureLlm.Tokenizer.Models;

/// <summary>One merge of a piece: the pair of this rank, at this place among the symbols, became one symbol.</summary>
/// <param name="Rank">The merge's place in the model's list; the lowest applies first.</param>
/// <param name="Place">The index of the left symbol before the merge, and of the result after it.</param>
/// <param name="Left">The id of the left symbol.</param>
/// <param name="Right">The id of the right symbol.</param>
/// <param name="Result">The id that they became.</param>
public readonly record struct MergeStep(int Rank, int Place, int Left, int Right, int Result);

/// <summary>Byte-pair encoding as it is told: find the pair with the lowest rank, merge its leftmost occurrence, look again.</summary>
/// <remarks>For learners and for tests; <see cref="BytePairEncoder"/> gives the same tokens without looking at every pair every time.</remarks>
public static class MergeReplay
{
    /// <summary>Every merge of a piece, in order; quadratic in its length.</summary>
    /// <param name="model">The merges.</param>
    /// <param name="piece">The bytes of one piece.</param>
    /// <param name="symbols">The ids of the single bytes on return: where the first merge starts.</param>
    public static IReadOnlyList<MergeStep> Of(BytePairModel model, ReadOnlySpan<byte> piece, out int[] symbols)
    {
        symbols = new int[piece.Length];
        for (int i = 0; i < piece.Length; i++)
        {
            symbols[i] = model.ByteIds[piece[i]];
        }
        List<int> row = [.. symbols];
        List<MergeStep> steps = [];
        while (Lowest(model, row) is { } step)
        {
            row[step.Place] = step.Result;
            row.RemoveAt(step.Place + 1);
            steps.Add(step);
        }
        return steps;
    }

    private static MergeStep? Lowest(BytePairModel model, List<int> row)
    {
        MergeStep? best = null;
        for (int i = 0; i + 1 < row.Count; i++)
        {
            int rank = model.Pairs.Rank(row[i], row[i + 1], out int result);
            if (rank < (best?.Rank ?? PairTable.Never))
            {
                best = new MergeStep(rank, i, row[i], row[i + 1], result);
            }
        }
        return best;
    }
}
