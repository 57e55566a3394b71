using System.Text;

namespace PureLlm.Tokenizer.Models;

/// <summary>How byte-pair encoding over characters treats what its vocabulary lacks, and the spelling of its symbols.</summary>
public sealed record CharacterBytePairRules
{
    /// <summary>The token for a character that the vocabulary lacks; without one such characters vanish into the range of the token before them.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>True where neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>True where an unknown character becomes its bytes, "&lt;0x00&gt;" to "&lt;0xFF&gt;", if the vocabulary has them all.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>True where a piece that is a token as a whole becomes it, whatever the merges say; of no effect with dropout.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What begins the spelling of every character after the first of a piece, such as "##".</summary>
    public string? ContinuingSubwordPrefix { get; init; }

    /// <summary>What ends the spelling of the last character of a piece, such as "&lt;/w&gt;".</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>The probability of leaving out a merge (0 in use; BPE-dropout, arXiv 1910.13267, for training).</summary>
    public float Dropout { get; init; }

    /// <summary>The same text, place and seed give the same draws.</summary>
    public ulong DropoutSeed { get; init; }
}

/// <summary>Byte-pair encoding over characters: a piece starts as its characters, then the pair of lowest rank merges, again and again. Exact to Hugging Face's "BPE".</summary>
/// <remarks>
/// Sennrich et al. 2016, "Neural machine translation of rare words with subword units", arXiv 1508.07909.
/// One thing differs: behind a character that vanishes, Hugging Face's token ranges slip by its length; ours stay with their text.
/// </remarks>
public sealed class CharacterBytePairModel : TokenModel
{
    internal readonly Vocabulary Vocabulary;
    internal readonly PairTable Pairs;
    internal readonly int[]? ByteIds;
    internal readonly int Unknown;
    internal readonly bool SplitsAtSpaces;
    private readonly bool _splitsAtLines;
    private readonly (int Left, int Right)[] _merges;

    /// <summary>Builds from the tokens by id (null where an id is unused) and the merges as pairs of ids, the first to apply first.</summary>
    /// <exception cref="TokenizerException">The result of a merge is missing from the vocabulary, or the dropout is not in [0, 1].</exception>
    public CharacterBytePairModel(IReadOnlyList<byte[]?> tokens, IReadOnlyList<(int Left, int Right)> merges, CharacterBytePairRules options)
    {
        if (!(options.Dropout >= 0 && options.Dropout <= 1))
        {
            throw new TokenizerException($"BPE: a dropout of {options.Dropout} is no probability; it lies in [0, 1].");
        }
        Vocabulary = new Vocabulary(tokens);
        Options = options;
        _merges = [.. merges];
        Pairs = Results();
        ByteIds = options.ByteFallback ? BytePieces.Ids(Vocabulary) : null;
        Unknown = options.UnknownToken is null ? -1 : Vocabulary.Find(Encoding.UTF8.GetBytes(options.UnknownToken));
        SplitsAtSpaces = options.ContinuingSubwordPrefix is null && options.EndOfWordSuffix is null && SpaceMark.SeparatesMerges(Vocabulary, _merges);
        _splitsAtLines = SplitsAtSpaces && SeparatesLines();
    }

    public override string Type => "BPE";

    public override int VocabularySize => Vocabulary.Count;

    /// <summary>Unknowns, prefix, suffix and dropout.</summary>
    public CharacterBytePairRules Options { get; }

    /// <summary>The merges, as pairs of ids, in the order in which they apply.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => _merges;

    public override ReadOnlyMemory<byte> Token(int id) => Vocabulary.Memory(id);

    public override int Find(ReadOnlySpan<byte> token) => Vocabulary.Find(token);

    public override PieceEncoder CreateEncoder() => new CharacterBytePairEncoder(this);

    internal override int PartLength(ReadOnlySpan<byte> piece)
    {
        if (!SplitsAtSpaces || Options is not { IgnoreMerges: false, Dropout: 0 })
        {
            return piece.Length;
        }
        int length = SpaceMark.WordLength(piece);
        int line = _splitsAtLines ? piece[1..length].IndexOf((byte)'\n') : -1;
        return line < 0 ? length : line + 1;
    }

    /// <summary>True where a line break has a token, and no merge has a part in it.</summary>
    private bool SeparatesLines()
    {
        int line = Vocabulary.Find("\n"u8), fallback = ByteIds is null || Array.IndexOf(ByteIds, -1) >= 0 ? -1 : ByteIds['\n'];
        return (line >= 0 || fallback >= 0) && !_merges.Any(m => m.Left == fallback || m.Right == fallback || Vocabulary[m.Left].Contains((byte)'\n') || Vocabulary[m.Right].Contains((byte)'\n'));
    }

    /// <summary>The merges with what they make: the left spelling and the right one without its prefix.</summary>
    private PairTable Results()
    {
        int prefix = Encoding.UTF8.GetByteCount(Options.ContinuingSubwordPrefix ?? "");
        var pairs = new PairTable(_merges.Length);
        var joined = new List<byte>();
        for (int rank = 0; rank < _merges.Length; rank++)
        {
            (int left, int right) = _merges[rank];
            if (Vocabulary[right].Length < prefix)
            {
                throw new TokenizerException($"BPE: merge {rank} has '{Show(right)}' on its right, which is shorter than the prefix '{Options.ContinuingSubwordPrefix}'.");
            }
            joined.Clear();
            joined.AddRange(Vocabulary[left]);
            joined.AddRange(Vocabulary[right][prefix..]);
            int result = Vocabulary.Find(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(joined));
            pairs.Add(result >= 0 ? new PairTable.Merge(left, right, rank, result)
                : throw new TokenizerException($"BPE: merge {rank} joins '{Show(left)}' and '{Show(right)}', but the vocabulary lacks the result."));
        }
        return pairs;
    }

    private string Show(int id) => Encoding.UTF8.GetString(Vocabulary[id]);
}
