using System.Runtime.CompilerServices;

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

    private End[] _ends = new End[64];
    private (int Id, int Start, int End)[] _path = new (int, int, int)[64];
    private int _pathLength;

    /// <summary>The tokens of the best path, in order; a character passed as unknown has the unknown id.</summary>
    /// <remarks>Where no token runs over a place, every path meets: what is before it is decided, and its memory is used again.</remarks>
    /// <exception cref="TokenizerException">A character must be passed as unknown, and there is no unknown id.</exception>
    public ReadOnlySpan<(int Id, int Start, int End)> Solve(ReadOnlySpan<byte> text)
    {
        (_pathLength, _ends[0].Score) = (0, 0);
        // All ends from the base to the one furthest reached are set.
        for (int start = 0, first = 0, reached = 0, length; start < text.Length; start += length)
        {
            if (start == reached)
            {
                Decide(first, reached);
                _ends[0].Score = _ends[reached - first].Score;
                first = reached;
            }
            length = Characters.Length(text[start..]);
            if (!Extend(text, first, start, length, ref reached))
            {
                PassUnknown(text, first, start, length, ref reached);
            }
            if (start + length >= text.Length)
            {
                Decide(first, text.Length);
            }
        }
        return _path.AsSpan(0, _pathLength);
    }

    /// <summary>Tries every token that begins at <paramref name="start"/>; true where one of them is the single character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Extend(ReadOnlySpan<byte> text, int first, int start, int characterLength, ref int reached)
    {
        double here = _ends[start - first].Score;
        bool single = false;
        ReadOnlySpan<ByteTrie.Node> nodes = trie.Nodes;
        int node = ByteTrie.Root;
        for (int i = start; i < text.Length; i++)
        {
            int next = nodes[node].Base ^ text[i];
            ref readonly ByteTrie.Node at = ref nodes[next];
            if (at.Parent != node)
            {
                break;
            }
            node = next;
            int id = at.Value;
            if (id == ByteTrie.None)
            {
                continue;
            }
            if (i + 1 > reached)
            {
                reached = Reach(first, reached, i + 1);
            }
            ref End end = ref _ends[i + 1 - first];
            double score = scores[id] + here;
            if (end.Start == Unreached || score > end.Score)
            {
                end = new End { Score = TScore.Keep(score), Start = start, Id = id };
            }
            single |= i + 1 == start + characterLength;
        }
        return single;
    }

    private void PassUnknown(ReadOnlySpan<byte> text, int first, int start, int length, ref int reached)
    {
        double score = TScore.Keep(unknownScore + _ends[start - first].Score);
        if (start + length > reached)
        {
            reached = Reach(first, reached, start + length);
        }
        ref End end = ref _ends[start + length - first];
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

    /// <summary>Makes room for ends up to <paramref name="end"/>, none of which was reached.</summary>
    private int Reach(int first, int reached, int end)
    {
        if (end - first >= _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(end - first + 1, (int)Math.Min(Array.MaxLength, 2L * _ends.Length)));
        }
        _ends.AsSpan(reached - first + 1, end - reached).Fill(new End { Start = Unreached });
        return end;
    }

    /// <summary>Appends the best path from one place where all meet to the next.</summary>
    private void Decide(int first, int end)
    {
        int count = 0;
        for (int at = end; at > first; at = _ends[at - first].Start)
        {
            count++;
        }
        if (_path.Length < _pathLength + count)
        {
            Array.Resize(ref _path, Math.Max(_pathLength + count, (int)Math.Min(Array.MaxLength, 2L * _path.Length)));
        }
        _pathLength += count;
        for (int at = end, place = _pathLength; at > first; at = _ends[at - first].Start)
        {
            _path[--place] = (_ends[at - first].Id, _ends[at - first].Start, at);
        }
    }

    /// <summary>The best token that ends at a byte, and the score of the path up to it.</summary>
    private struct End
    {
        public double Score;
        public int Start;
        public int Id;
    }
}
