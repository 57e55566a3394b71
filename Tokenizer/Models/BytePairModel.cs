using System.Runtime.CompilerServices;

namespace PureLlm.Tokenizer.Models;

/// <summary>Byte-level byte-pair encoding: a piece is its bytes, and the pair with the lowest rank merges, again and again. Any bytes round-trip.</summary>
/// <remarks>
/// Sennrich et al. 2016; byte level as in Radford et al. 2019, section 2.2. Tokens are raw bytes here; the printable byte alphabet exists
/// only in files. Of equal pairs the leftmost merges first.
/// </remarks>
public sealed class BytePairModel : TokenModel
{
    private readonly int[] _byteIds = new int[256];
    private readonly byte[] _made;
    private readonly int[] _firstMadeBy;
    private readonly int[] _lastMadeBy;
    private readonly int[] _firstUsedBy;
    private IReadOnlyList<(int Left, int Right)>? _merges;

    /// <summary>Builds from a vocabulary and merges.</summary>
    /// <param name="tokens">The bytes of each id; null or empty where no text makes the id (unused and special ids).</param>
    /// <param name="merges">Pairs of ids, the first to apply first; the bytes of each pair together must be a token too.</param>
    /// <param name="ignoreMerges">A piece that is a token as a whole is that token, whatever the merges would make of it.</param>
    /// <exception cref="TokenizerException">A byte or the result of a merge is missing from the vocabulary, or two ids have the same bytes.</exception>
    public BytePairModel(IReadOnlyList<byte[]?> tokens, IReadOnlyList<(int Left, int Right)> merges, bool ignoreMerges = false)
        : this(tokens, merges.Count, ignoreMerges)
    {
        byte[] joined = new byte[2 * Table.LongestToken];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right) = merges[rank];
            if ((uint)left >= (uint)tokens.Count || (uint)right >= (uint)tokens.Count || Table.LengthOf(left) == 0 || Table.LengthOf(right) == 0)
            {
                throw new TokenizerException($"bpe: merge {rank} joins the ids {left} and {right}; both must be tokens of the vocabulary (0 to {tokens.Count - 1}) that text can make.");
            }
            ReadOnlySpan<byte> first = Table[left].Span, second = Table[right].Span;
            first.CopyTo(joined);
            second.CopyTo(joined.AsSpan(first.Length));
            int result = Table.Find(joined.AsSpan(0, first.Length + second.Length));
            if (result < 0)
            {
                throw new TokenizerException($"bpe: merge {rank} joins '{Table.Show(left)}' and '{Table.Show(right)}', but the vocabulary lacks the result.");
            }
            Add(new(left, right, rank, result));
        }
        Spans = new TokenSpans(Table, _firstMadeBy);
        HasUnmadeWholes = ignoreMerges;
    }

    private BytePairModel(IReadOnlyList<byte[]?> tokens, int merges, bool ignoreMerges)
    {
        Table = new TokenTable(tokens);
        Pairs = new PairTable(merges);
        IgnoresMerges = ignoreMerges;
        _made = new byte[tokens.Count];
        _firstMadeBy = new int[tokens.Count];
        _lastMadeBy = new int[tokens.Count];
        _firstUsedBy = new int[tokens.Count];
        Array.Fill(_lastMadeBy, -1);
        Array.Fill(_firstMadeBy, PairTable.Never);
        Array.Fill(_firstUsedBy, PairTable.Never);
        for (int b = 0; b < 256; b++)
        {
            _byteIds[b] = Table.Find([(byte)b]);
            if (_byteIds[b] < 0)
            {
                throw new TokenizerException($"bpe: the vocabulary has no token for byte 0x{b:x2}; a byte-level vocabulary holds all 256.");
            }
        }
    }

    public override string Type => "BPE";

    public override bool IsByteLevel => true;

    public override int VocabularySize => Table.Count;

    /// <summary>True where a piece that is a token as a whole is that token, whatever the merges would make of it.</summary>
    public bool IgnoresMerges { get; }

    /// <summary>The probability of leaving out a merge; 0 in use.</summary>
    public float Dropout { get; private set; }

    /// <summary>The same text, place and seed leave out the same merges.</summary>
    public ulong DropoutSeed { get; private set; }

    /// <summary>The merges, as pairs of ids, in the order in which they apply; put together when first asked for.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => _merges ??= [.. Pairs.All().OrderBy(m => m.Rank).Select(m => (m.Left, m.Right))];

    internal TokenTable Table { get; }

    internal TokenSpans Spans { get; private set; } = null!;

    internal PairTable Pairs { get; }

    /// <summary>True where every merge comes after all merges that make its two parts, as it is in every trained model.</summary>
    internal bool IsOrdered { get; private set; } = true;

    /// <summary>True where a piece can be a token that merging does not make.</summary>
    internal bool HasUnmadeWholes { get; private set; }

    internal ReadOnlySpan<int> ByteIds => _byteIds;

    /// <summary>tiktoken's rule: any two neighbours whose bytes together are a token merge, the lowest id first; a piece that is a token is that token.</summary>
    /// <remarks>
    /// A token is only ever made from one pair, the two that are left when its own bytes are merged as far as the shorter tokens go: inside the
    /// token's bytes, merges happen in the same order whatever stands beside them. That pair is found once for each token, shortest first.
    /// </remarks>
    /// <exception cref="TokenizerException">A byte is missing from the vocabulary, or two ids have the same bytes.</exception>
    public static BytePairModel FromRanks(IReadOnlyList<byte[]?> tokens)
    {
        var model = new BytePairModel(tokens, tokens.Count, ignoreMerges: true);
        var merger = new PieceMerger(model);
        int[] byLength = [.. Enumerable.Range(0, tokens.Count).Where(id => model.Table.LengthOf(id) > 1).OrderBy(model.Table.LengthOf)];
        foreach (int id in byLength)
        {
            ReadOnlySpan<int> parts = merger.Merge(model.Table[id].Span);
            if (parts.Length == 2)
            {
                model.Add(new(parts[0], parts[1], id, id));
                model._made[id] = 1;
            }
            else
            {
                model.HasUnmadeWholes = true;
            }
        }
        model.Spans = new TokenSpans(model.Table, model._firstMadeBy);
        return model;
    }

    /// <summary>The same model that leaves out merges at random, for training; even a piece that is a token as a whole is then merged from its bytes.</summary>
    /// <remarks>Provilkov et al. 2019, "BPE-dropout", arXiv 1910.13267.</remarks>
    /// <exception cref="TokenizerException">The dropout is not in [0, 1].</exception>
    public BytePairModel WithDropout(float dropout, ulong seed = 0)
    {
        if (!(dropout >= 0 && dropout <= 1))
        {
            throw new TokenizerException($"bpe: a dropout of {dropout} is no probability; it lies in [0, 1].");
        }
        var model = (BytePairModel)MemberwiseClone();
        (model.Dropout, model.DropoutSeed) = (dropout, seed);
        return model;
    }

    /// <summary>The reason why the ids alone do not give this model again by <see cref="FromRanks"/>, or null where they do.</summary>
    internal string? FindUnranked()
    {
        BytePairModel ranked = FromRanks([.. Enumerable.Range(0, VocabularySize).Select(id => Token(id).ToArray())]);
        Dictionary<(int Left, int Right), int> expected = ranked.Pairs.All().ToDictionary(m => (m.Left, m.Right), m => m.Result);
        int last = -1;
        foreach (PairTable.Merge merge in Pairs.All().OrderBy(m => m.Rank))
        {
            if (merge.Result <= last || !expected.Remove((merge.Left, merge.Right)))
            {
                return $"the merge of '{Table.Show(merge.Left)}' and '{Table.Show(merge.Right)}' does not follow from the order of the ids";
            }
            last = merge.Result;
        }
        if (expected.Count > 0)
        {
            return $"'{Table.Show(expected.Values.Min())}' is a token that the model never makes by merging";
        }
        var merger = new PieceMerger(this);
        int unmade = IgnoresMerges ? -1 : Enumerable.Range(0, VocabularySize).FirstOrDefault(id => Table.LengthOf(id) > 0 && !IsMade(id, merger), -1);
        return unmade < 0 ? null : $"'{Table.Show(unmade)}' is a token that the model never makes by merging";
    }

    public override ReadOnlyMemory<byte> Token(int id) => Table[id];

    public override int Find(ReadOnlySpan<byte> token) => Table.Find(token);

    public override PieceEncoder CreateEncoder() => Dropout > 0 ? new DroppingBytePairEncoder(this) : new BytePairEncoder(this);

    /// <summary>Whether merging the bytes of this token gives this token; found once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsMade(int id, PieceMerger merger) => _made[id] is var known and not 0 ? known == 1 : FindMade(id, merger);

    /// <summary>The rank of the last merge that makes this token; −1 where none does.</summary>
    internal int LastRankOf(int id) => _lastMadeBy[id];

    private void Add(PairTable.Merge merge)
    {
        Pairs.Add(merge);
        (int left, int right, int rank, int result) = merge;
        IsOrdered &= _lastMadeBy[left] < rank && _lastMadeBy[right] < rank && rank < _firstUsedBy[result];
        _firstMadeBy[result] = Math.Min(_firstMadeBy[result], rank);
        _lastMadeBy[result] = Math.Max(_lastMadeBy[result], rank);
        _firstUsedBy[left] = Math.Min(_firstUsedBy[left], rank);
        _firstUsedBy[right] = Math.Min(_firstUsedBy[right], rank);
        if (Table.LengthOf(merge.Left) == 1 && Table.LengthOf(merge.Right) == 1)
        {
            Pairs.AddBytes(Table[merge.Left].Span[0], Table[merge.Right].Span[0], merge.Rank, merge.Result);
        }
    }

    private bool FindMade(int id, PieceMerger merger)
    {
        bool made = merger.Merge(Table[id].Span).Length == 1;
        _made[id] = (byte)(made ? 1 : 2);
        return made;
    }
}
