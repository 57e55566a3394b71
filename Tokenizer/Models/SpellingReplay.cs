using System.Text;
using PureLlm.Tokenizer.Models.SentencePiece;

namespace PureLlm.Tokenizer.Models;

/// <summary>A token that could stand at [Start, End) of a piece, in bytes.</summary>
/// <param name="Id">The token.</param>
/// <param name="Start">Its first byte in the piece; a continuation's prefix ("##") is no part of the piece.</param>
/// <param name="End">The byte after it.</param>
/// <param name="Score">Its log-probability; 0 where the model has no scores.</param>
/// <param name="Sum">The score of the best spelling of everything up to its end that ends with it; 0 where the model has no scores.</param>
/// <param name="IsTaken">True for the tokens that the piece became.</param>
public readonly record struct SpellingStep(int Id, int Start, int End, double Score, double Sum, bool IsTaken);

/// <summary>How WordPiece and Unigram choose, as it is told: the longest match at each place; the best of all ways to spell a piece.</summary>
/// <remarks>For learners and for tests; the encoders give the same tokens without asking for every part of a piece.</remarks>
public static class SpellingReplay
{
    /// <summary>The tokens that were asked about, by place and then by length; quadratic in the piece. Null for other models, and where the piece cannot be spelled.</summary>
    /// <param name="model">WordPiece or Unigram, SentencePiece's too.</param>
    /// <param name="piece">The bytes of one piece, without the prefix of continuations.</param>
    public static IReadOnlyList<SpellingStep>? Of(TokenModel model, ReadOnlySpan<byte> piece) => model switch
    {
        WordPieceModel words => LongestMatches(words, piece),
        UnigramModel unigram => BestPath(unigram, piece, id => id == unigram.Unknown ? null : unigram.Scores[id], score => score),
        SentencePieceUnigramModel unigram => BestPath(unigram, piece, unigram.ScoreOf, score => (float)score),
        _ => null,
    };

    private static List<SpellingStep>? LongestMatches(WordPieceModel model, ReadOnlySpan<byte> word)
    {
        byte[] prefix = Encoding.UTF8.GetBytes(model.ContinuingSubwordPrefix);
        List<SpellingStep> steps = [];
        for (int start = 0; start < word.Length;)
        {
            int longest = -1;
            for (int end = start; end < word.Length;)
            {
                end += Characters.Length(word[end..]);
                int id = model.Find(start == 0 ? word[..end] : [.. prefix, .. word[start..end]]);
                if (id >= 0)
                {
                    longest = steps.Count;
                    steps.Add(new SpellingStep(id, start, end, 0, 0, false));
                }
            }
            if (longest < 0)
            {
                return null;
            }
            steps[longest] = steps[longest] with { IsTaken = true };
            start = steps[longest].End;
        }
        return steps;
    }

    /// <param name="scoreOf">The score of a token; null for one that no text becomes.</param>
    /// <param name="keep">How a sum is kept from one token to the next.</param>
    private static List<SpellingStep>? BestPath(TokenModel model, ReadOnlySpan<byte> piece, Func<int, double?> scoreOf, Func<double, double> keep)
    {
        List<SpellingStep> steps = [];
        var best = new int[piece.Length + 1];   // the step that ends here on the best path, plus one
        for (int start = 0; start < piece.Length; start += Characters.Length(piece[start..]))
        {
            if (start > 0 && best[start] == 0)
            {
                continue;
            }
            double here = start == 0 ? 0 : steps[best[start] - 1].Sum;
            for (int end = start; end < piece.Length;)
            {
                end += Characters.Length(piece[end..]);
                if (model.Find(piece[start..end]) is var id and >= 0 && scoreOf(id) is { } score)
                {
                    steps.Add(new SpellingStep(id, start, end, score, keep(here + score), false));
                    if (best[end] == 0 || here + score > steps[best[end] - 1].Sum)
                    {
                        best[end] = steps.Count;
                    }
                }
            }
        }
        if (piece.IsEmpty || best[^1] == 0)
        {
            return null;
        }
        for (int end = piece.Length; end > 0;)
        {
            int step = best[end] - 1;
            steps[step] = steps[step] with { IsTaken = true };
            end = steps[step].Start;
        }
        return steps;
    }
}
