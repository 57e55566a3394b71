namespace PureLlm.Tokenizer.Training;

/// <summary>The tokens of a Unigram model in training: substrings of the words with log-probabilities. The first ones are the single characters.</summary>
internal sealed class UnigramTokens
{
    private readonly UnigramWords _words;

    public UnigramTokens(UnigramWords words, IReadOnlyList<Substring> tokens)
    {
        (_words, Substrings) = (words, tokens);
        LogProbabilities = [.. tokens.Select(token => token.Score)];
        for (int id = 0; id < tokens.Count; id++)
        {
            Trie.Add(this[id], id);
        }
    }

    /// <summary>Where each token stands in the words.</summary>
    public IReadOnlyList<Substring> Substrings { get; }

    /// <summary>The natural log-probability of each token; −∞ for one that has been dropped.</summary>
    public double[] LogProbabilities { get; }

    /// <summary>All tokens.</summary>
    public SymbolTrie Trie { get; } = new();

    /// <summary>How many tokens there are, dropped ones included.</summary>
    public int Count => Substrings.Count;

    /// <summary>How many tokens have not been dropped.</summary>
    public int Alive => LogProbabilities.Count(p => p > double.NegativeInfinity);

    /// <summary>True for single characters, which are never dropped.</summary>
    public bool IsCharacter(int id) => Substrings[id].Length == 1;

    /// <summary>The symbols of a token.</summary>
    public ReadOnlySpan<int> this[int id] => _words.Symbols.AsSpan(Substrings[id].Start, Substrings[id].Length);

    /// <summary>Probabilities in proportion to the substrings' scores.</summary>
    public static UnigramTokens FromScores(UnigramWords words, IReadOnlyList<Substring> seeds)
    {
        double log = Math.Log(seeds.Sum(seed => seed.Score));
        return new UnigramTokens(words, [.. seeds.Select(seed => seed with { Score = Math.Log(seed.Score) - log })]);
    }

    /// <summary>The tokens with these ids, with their present probabilities.</summary>
    public UnigramTokens Keep(IEnumerable<int> ids) => new(_words, [.. ids.Select(id => Substrings[id] with { Score = LogProbabilities[id] })]);
}
