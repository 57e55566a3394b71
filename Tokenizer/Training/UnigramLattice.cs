namespace PureLlm.Tokenizer.Training;

/// <summary>All segmentations of one word into tokens: their total probability, the expected count of each token, and the most probable one. Belongs to one thread.</summary>
/// <remarks>
/// Forward and backward sums of a short word are taken as they are, each token's probability multiplied by a constant for each of its
/// characters, which keeps the sums near 1 and cancels; a long word's are taken as logarithms.
/// </remarks>
internal sealed class UnigramLattice
{
    private const int LongestPlain = 48;
    private const double SmallestPlain = 1e-200;

    private readonly int _longestWord;
    private UnigramTokens _tokens = null!;
    private double[] _scaled = [];
    private double _logScale;
    private double[] _forward = [];
    private double[] _backward = [];
    private int[] _back = [];
    private Edge[] _edges = new Edge[64];
    private int _edgeCount;

    public UnigramLattice(int longestWord) => _longestWord = longestWord;

    private struct Edge
    {
        public int From;
        public int To;
        public int Token;
    }

    /// <summary>Prepares for a model. <paramref name="logPerSymbol"/> is about the log-probability of a character of text.</summary>
    public void Use(UnigramTokens tokens, double logPerSymbol)
    {
        _tokens = tokens;
        _logScale = -logPerSymbol;
        _scaled = new double[tokens.Count];
        for (int id = 0; id < tokens.Count; id++)
        {
            _scaled[id] = Math.Exp(tokens.LogProbabilities[id] + (_logScale * tokens.Substrings[id].Length));
        }
        if (_forward.Length <= _longestWord)
        {
            _forward = new double[_longestWord + 1];
            _backward = new double[_longestWord + 1];
            _back = new int[_longestWord + 1];
        }
    }

    /// <summary>The log-probability of the word; adds the expected counts of its tokens times <paramref name="weight"/>, as integers.</summary>
    public double Expect(ReadOnlySpan<int> word, double weight, long[] expected)
    {
        FindEdges(word);
        int length = word.Length;
        if (length <= LongestPlain)
        {
            double z = SumPlain(length);
            if (z is > SmallestPlain and < double.PositiveInfinity)
            {
                for (int i = 0; i < _edgeCount; i++)
                {
                    Edge edge = _edges[i];
                    expected[edge.Token] += (long)(weight * (_forward[edge.From] * _scaled[edge.Token] * _backward[edge.To] / z));
                }
                return Math.Log(z) - (length * _logScale);
            }
        }
        double logZ = SumLogarithms(length);
        for (int i = 0; i < _edgeCount; i++)
        {
            Edge edge = _edges[i];
            expected[edge.Token] += (long)(weight * Math.Exp(_forward[edge.From] + _tokens.LogProbabilities[edge.Token] + _backward[edge.To] - logZ));
        }
        return logZ;
    }

    /// <summary>The tokens of the most probable segmentation, last first; of equals the one with the longer last token. Appends to the list and returns its log-probability.</summary>
    /// <param name="word">The symbols.</param>
    /// <param name="tokens">Takes the ids.</param>
    /// <param name="whole">False to leave out the token that is the word as a whole.</param>
    public double Best(ReadOnlySpan<int> word, List<int> tokens, bool whole = true)
    {
        FindEdges(word);
        double[] best = _forward;
        best.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        best[0] = 0;
        for (int i = 0; i < _edgeCount; i++)
        {
            Edge edge = _edges[i];
            double score = best[edge.From] + _tokens.LogProbabilities[edge.Token];
            if (score > best[edge.To] && (whole || edge.To - edge.From < word.Length))
            {
                best[edge.To] = score;
                _back[edge.To] = i;
            }
        }
        for (int at = word.Length; at > 0 && best[word.Length] > double.NegativeInfinity; at = _edges[_back[at]].From)
        {
            tokens.Add(_edges[_back[at]].Token);
        }
        return best[word.Length];
    }

    /// <summary>All tokens in the word, by where they start, then by length.</summary>
    private void FindEdges(ReadOnlySpan<int> word)
    {
        _edgeCount = 0;
        for (int from = 0; from < word.Length; from++)
        {
            int node = SymbolTrie.Root;
            for (int to = from; to < word.Length && _tokens.Trie.TryMove(ref node, word[to], out int token); to++)
            {
                if (token >= 0 && _scaled[token] > 0)
                {
                    if (_edgeCount == _edges.Length)
                    {
                        Array.Resize(ref _edges, 2 * _edgeCount);
                    }
                    _edges[_edgeCount++] = new Edge { From = from, To = to + 1, Token = token };
                }
            }
        }
    }

    private double SumPlain(int length)
    {
        double[] forward = _forward, backward = _backward, scaled = _scaled;
        forward.AsSpan(0, length + 1).Clear();
        backward.AsSpan(0, length + 1).Clear();
        forward[0] = 1;
        backward[length] = 1;
        foreach (ref readonly Edge edge in _edges.AsSpan(0, _edgeCount))
        {
            forward[edge.To] += forward[edge.From] * scaled[edge.Token];
        }
        for (int i = _edgeCount - 1; i >= 0; i--)
        {
            ref readonly Edge edge = ref _edges[i];
            backward[edge.From] += backward[edge.To] * scaled[edge.Token];
        }
        return forward[length];
    }

    private double SumLogarithms(int length)
    {
        _forward.AsSpan(0, length + 1).Fill(double.NegativeInfinity);
        _backward.AsSpan(0, length + 1).Fill(double.NegativeInfinity);
        _forward[0] = 0;
        _backward[length] = 0;
        for (int i = 0; i < _edgeCount; i++)
        {
            Edge edge = _edges[i];
            _forward[edge.To] = AddLogarithms(_forward[edge.To], _forward[edge.From] + _tokens.LogProbabilities[edge.Token]);
        }
        for (int i = _edgeCount - 1; i >= 0; i--)
        {
            Edge edge = _edges[i];
            _backward[edge.From] = AddLogarithms(_backward[edge.From], _backward[edge.To] + _tokens.LogProbabilities[edge.Token]);
        }
        return _forward[length];
    }

    /// <summary>log(eˣ + eʸ)</summary>
    private static double AddLogarithms(double x, double y)
    {
        (double low, double high) = x < y ? (x, y) : (y, x);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }
}
