namespace PureLlm.Tokenizer.Models.SentencePiece;

/// <summary>Finds the merges that a list of scored pieces means: every way to join two symbols into a piece. Linear in the bytes of the pieces.</summary>
internal sealed class SentencePairs(SentencePieceVocabulary vocabulary, Vocabulary symbols)
{
    private readonly List<PairTable.Merge> _merges = [];
    private int[] _heads = [];

    public PairTable Find()
    {
        ByteTrie forward = new(Enumerable.Range(0, symbols.Count).Where(Merges).Select(s => (symbols.Memory(s), s)));
        ByteTrie backward = new(Enumerable.Range(0, symbols.Count).Where(Merges).Select(s => ((ReadOnlyMemory<byte>)Reversed(symbols[s]), s)));
        foreach ((int id, int rank) in Ranks())
        {
            Split(symbols[id], id, rank, forward, backward);
        }
        var table = new PairTable(_merges.Count);
        foreach (PairTable.Merge merge in _merges)
        {
            table.Add(merge);
        }
        return table;
    }

    /// <summary>A user-defined piece merges with nothing, and nothing merges to it: where it occurs, it is there from the start.</summary>
    private bool Merges(int symbol) => symbol >= vocabulary.Count || vocabulary[symbol].Type != SentencePieceType.UserDefined;

    /// <summary>The pieces by descending score; equal scores are equal ranks.</summary>
    private IEnumerable<(int Id, int Rank)> Ranks()
    {
        int rank = -1;
        float last = float.NaN;
        foreach (int id in Enumerable.Range(0, vocabulary.Count).Where(id => symbols[id].Length > 0 && Merges(id)).OrderByDescending(id => vocabulary[id].Score))
        {
            rank += vocabulary[id].Score == last ? 0 : 1;
            last = vocabulary[id].Score;
            yield return (id, rank);
        }
    }

    private void Split(ReadOnlySpan<byte> piece, int id, int rank, ByteTrie forward, ByteTrie backward)
    {
        if (_heads.Length < piece.Length)
        {
            _heads = new int[2 * piece.Length];
        }
        int reached = 0;
        for (int node = ByteTrie.Root; reached < piece.Length && (node = forward.Step(node, piece[reached])) != ByteTrie.None; reached++)
        {
            _heads[reached] = forward.Value(node);
        }
        int tail = ByteTrie.Root;
        for (int at = piece.Length - 1; at > 0 && (tail = backward.Step(tail, piece[at])) != ByteTrie.None; at--)
        {
            if (at <= reached && _heads[at - 1] is >= 0 and int left && backward.Value(tail) is >= 0 and int right)
            {
                _merges.Add(new PairTable.Merge(left, right, rank, id));
            }
        }
    }

    private static byte[] Reversed(ReadOnlySpan<byte> bytes)
    {
        byte[] reversed = bytes.ToArray();
        Array.Reverse(reversed);
        return reversed;
    }
}
