using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Models;

/// <summary>One merge of a piece: the pair of this rank, at this place among the symbols, became one symbol.</summary>
/// <param name="Rank">The merge's place in the model's list; the lowest applies first.</param>
/// <param name="Place">The index of the left symbol before the merge, and of the result after it.</param>
/// <param name="Left">The id of the left symbol.</param>
/// <param name="Right">The id of the right symbol.</param>
/// <param name="Result">The id that they became.</param>
public readonly record struct MergeStep(int Rank, int Place, int Left, int Right, int Result);

/// <summary>Byte-pair encoding as it is told: find the pair with the lowest rank, merge its leftmost occurrence, look again.</summary>
/// <remarks>For learners and for tests; the encoders give the same tokens without looking at every pair every time.</remarks>
public static class MergeReplay
{
    /// <summary>Every merge of a piece, in order; quadratic in its length. Null where the model does not merge, or the piece holds what its vocabulary lacks.</summary>
    /// <param name="model">Byte-level or character-level byte-pair encoding, SentencePiece's too.</param>
    /// <param name="piece">The bytes of one piece, as the vocabulary spells them.</param>
    /// <param name="symbols">The ids of the single bytes or characters on return: where the first merge starts.</param>
    public static IReadOnlyList<MergeStep>? Of(TokenModel model, ReadOnlySpan<byte> piece, out int[] symbols)
    {
        PairTable? pairs = (model as BytePairModel)?.Pairs ?? (model as CharacterBytePairModel)?.Pairs ?? (model as SentencePieceBytePairModel)?.Pairs;
        symbols = pairs is null ? [] : Symbols(model, piece);
        if (pairs is null || symbols.Any(id => id < 0 || id >= model.VocabularySize))
        {
            return null;
        }
        List<int> row = [.. symbols];
        List<MergeStep> steps = [];
        while (Lowest(pairs, row) is { } step)
        {
            row[step.Place] = step.Result;
            row.RemoveAt(step.Place + 1);
            steps.Add(step);
        }
        return steps.TrueForAll(step => step.Result < model.VocabularySize) ? steps : null;
    }

    private static int[] Symbols(TokenModel model, ReadOnlySpan<byte> piece)
    {
        List<int> symbols = [];
        for (int i = 0, length; i < piece.Length; i += length)
        {
            length = model is BytePairModel ? 1 : Characters.Length(piece[i..]);
            ReadOnlySpan<byte> symbol = piece.Slice(i, length);
            symbols.Add(model is SentencePieceBytePairModel sentence ? sentence.Symbol(symbol) : model.Find(symbol));
        }
        return [.. symbols];
    }

    private static MergeStep? Lowest(PairTable pairs, List<int> row)
    {
        MergeStep? best = null;
        for (int i = 0; i + 1 < row.Count; i++)
        {
            int rank = pairs.Rank(row[i], row[i + 1], out int result);
            if (rank < (best?.Rank ?? PairTable.Never))
            {
                best = new MergeStep(rank, i, row[i], row[i + 1], result);
            }
        }
        return best;
    }
}
