namespace PureLlm.Tokenizer.Models;

/// <summary>How the score of a path is kept from one token to the next; it decides which of two nearly equal paths wins.</summary>
internal interface IPathScore
{
    /// <summary>A path's score as it is kept.</summary>
    static abstract double Keep(double score);
}

/// <summary>Hugging Face's: double precision throughout.</summary>
internal readonly struct DoublePathScore : IPathScore
{
    public static double Keep(double score) => score;
}

/// <summary>SentencePiece's: added and compared in double precision, kept in single.</summary>
internal readonly struct SinglePathScore : IPathScore
{
    public static double Keep(double score) => (float)score;
}

/// <summary>The most likely path through the tokens of a text (Viterbi): for each end, the best token that ends there. Working memory of one thread.</summary>
/// <remarks>
/// best(end) = max over tokens of best(start) + score; of equal paths the one with the earliest start of its last token wins.
/// A character that is no token by itself may also be passed as unknown. Linear in the text; each start looks no further than the longest token.
/// </remarks>
internal sealed class UnigramLattice<TScore>(ByteTrie trie, double[] scores, double unknownScore, int unknown)
    where TScore : struct, IPathScore
{
    private const int Unreached = -1;

    private double[] _best = [];
    private int[] _starts = [];
    private int[] _ids = [];
    private (int Id, int Start, int End)[] _path = [];

    /// <summary>The tokens of the best path, in order; a character passed as unknown has the unknown id.</summary>
    /// <exception cref="TokenizerException">A character must be passed as unknown, and there is no unknown id.</exception>
    public ReadOnlySpan<(int Id, int Start, int End)> Solve(ReadOnlySpan<byte> text)
    {
        if (_best.Length <= text.Length)
        {
            int length = Math.Max(text.Length + 1, (int)Math.Min(Array.MaxLength, 2L * _best.Length));
            (_best, _starts, _ids) = (new double[length], new int[length], new int[length]);
        }
        _starts.AsSpan(0, text.Length + 1).Fill(Unreached);
        _best[0] = 0;
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = Characters.Length(text[start..]);
            if (!Extend(text, start, length))
            {
                PassUnknown(text, start, length);
            }
        }
        return Path(text.Length);
    }

    /// <summary>Tries every token that begins at <paramref name="start"/>; true where one of them is the single character.</summary>
    private bool Extend(ReadOnlySpan<byte> text, int start, int characterLength)
    {
        double here = _best[start];
        bool single = false;
        int node = ByteTrie.Root;
        for (int end = start; end < text.Length;)
        {
            node = trie.Step(node, text[end++]);
            if (node == ByteTrie.None)
            {
                break;
            }
            int id = trie.Value(node);
            if (id == ByteTrie.None)
            {
                continue;
            }
            Offer(start, end, id, scores[id] + here);
            single |= end - start == characterLength;
        }
        return single;
    }

    private void PassUnknown(ReadOnlySpan<byte> text, int start, int length)
    {
        double score = TScore.Keep(unknownScore + _best[start]);
        int end = start + length;
        if (unknown < 0 && (_starts[end] == Unreached || score > _best[end]))
        {
            throw new TokenizerException($"Unigram: the vocabulary has no token for '{System.Text.Encoding.UTF8.GetString(text.Slice(start, length))}' at byte {start} of its piece, and no unknown token.");
        }
        Offer(start, end, unknown, score);
    }

    private void Offer(int start, int end, int id, double score)
    {
        if (_starts[end] == Unreached || score > _best[end])
        {
            (_best[end], _starts[end], _ids[end]) = (TScore.Keep(score), start, id);
        }
    }

    private ReadOnlySpan<(int Id, int Start, int End)> Path(int end)
    {
        if (_path.Length < end)
        {
            _path = new (int, int, int)[Math.Max(end, (int)Math.Min(Array.MaxLength, 2L * _path.Length))];
        }
        int first = end, length = end;
        while (end > 0)
        {
            _path[--first] = (_ids[end], _starts[end], end);
            end = _starts[end];
        }
        return _path.AsSpan(first, length - first);
    }
}
