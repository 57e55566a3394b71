using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Training;

/// <summary>What distinguishes the trainers that merge the most frequent pair: which pairs may merge, which of two equally frequent ones is first, how tokens are spelled.</summary>
internal abstract class PairRule(GrowingVocabulary vocabulary, int specials)
{
    /// <summary>The tokens so far.</summary>
    public GrowingVocabulary Vocabulary => vocabulary;

    /// <summary>Negative where pair <paramref name="x"/> merges before the equally frequent <paramref name="y"/>: the smaller left id, then the smaller right id.</summary>
    public virtual int Compare(ulong x, ulong y) => x.CompareTo(y);

    /// <summary>False for a pair that must not become a token.</summary>
    public abstract bool Allows(int left, int right);

    /// <summary>How the token that the pair makes is spelled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public virtual byte[] Join(int left, int right) => [.. vocabulary[left], .. vocabulary[right]];

    /// <summary>True where a pair that spells an existing token is merged into it; false where such a pair is left alone, as one that spells a special token is.</summary>
    public virtual bool JoinsTo(int existing) => existing >= specials;
}

/// <summary>The tokens of a vocabulary while it grows: their bytes, and how many symbols each was made of.</summary>
internal sealed class GrowingVocabulary
{
    private readonly List<byte[]> _tokens = [];
    private readonly List<int> _lengths = [];
    private readonly Dictionary<byte[], int> _ids = new(ByteSequenceComparer.Instance);

    public int Count => _tokens.Count;

    public byte[] this[int id] => _tokens[id];

    public IReadOnlyList<byte[]> Tokens => _tokens;

    /// <summary>Bytes or characters that the token was made of.</summary>
    public int Length(int id) => _lengths[id];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add(byte[] token, int length = 1)
    {
        _ids.Add(token, _tokens.Count);
        _tokens.Add(token);
        _lengths.Add(length);
        return _tokens.Count - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryFind(byte[] token, out int id) => _ids.TryGetValue(token, out id);
}
