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

    private End[] _ends = [];
    private (int Id, int Start, int End)[] _path = [];

    /// <summary>The tokens of the best path, in order; a character passed as unknown has the unknown id.</summary>
    /// <exception cref="TokenizerException">A character must be passed as unknown, and there is no unknown id.</exception>
    public ReadOnlySpan<(int Id, int Start, int End)> Solve(ReadOnlySpan<byte> text)
    {
        if (_ends.Length <= text.Length)
        {
            _ends = new End[Math.Max(text.Length + 1, (int)Math.Min(Array.MaxLength, 2L * _ends.Length))];
        }
        Span<End> ends = _ends.AsSpan(0, text.Length + 1);
        ends.Fill(new End { Start = Unreached });
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = Characters.Length(text[start..]);
            if (!Extend(text[start..], ends[start..], start, length))
            {
                PassUnknown(text, start, length);
            }
        }
        return Path(text.Length);
    }

    /// <summary>Tries every token that begins the rest of the text; true where one of them is the single character.</summary>
    private bool Extend(ReadOnlySpan<byte> rest, Span<End> ends, int start, int characterLength)
    {
        double here = ends[0].Score;
        bool single = false;
        ReadOnlySpan<ByteTrie.Node> nodes = trie.Nodes;
        int node = ByteTrie.Root;
        for (int i = 0; i < rest.Length; i++)
        {
            int next = nodes[node].Base ^ rest[i];
            ref readonly ByteTrie.Node reached = ref nodes[next];
            if (reached.Parent != node)
            {
                break;
            }
            node = next;
            int id = reached.Value;
            if (id == ByteTrie.None)
            {
                continue;
            }
            ref End end = ref ends[i + 1];
            double score = scores[id] + here;
            if (end.Start == Unreached || score > end.Score)
            {
                end = new End { Score = TScore.Keep(score), Start = start, Id = id };
            }
            single |= i + 1 == characterLength;
        }
        return single;
    }

    private void PassUnknown(ReadOnlySpan<byte> text, int start, int length)
    {
        double score = TScore.Keep(unknownScore + _ends[start].Score);
        ref End end = ref _ends[start + length];
        if (end.Start != Unreached && score <= end.Score)
        {
            return;
        }
        if (unknown < 0)
        {
            throw new TokenizerException($"Unigram: the vocabulary has no token for '{System.Text.Encoding.UTF8.GetString(text.Slice(start, length))}' at byte {start} of its piece, and no unknown token.");
        }
        end = new End { Score = score, Start = start, Id = unknown };
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
            _path[--first] = (_ends[end].Id, _ends[end].Start, end);
            end = _ends[end].Start;
        }
        return _path.AsSpan(first, length - first);
    }

    /// <summary>The best token that ends at a byte, and the score of the path up to it.</summary>
    private struct End
    {
        public double Score;
        public int Start;
        public int Id;
    }
}
