using System.Text;

namespace PureLlm.Tokenizer;

/// <summary>Byte-level byte-pair encoding with GPT-2's split: 256 bytes, then merges in the order in which they apply. Any bytes round-trip.</summary>
/// <remarks>Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.2.</remarks>
public sealed class BytePairTokenizer : TextTokenizer
{
    private readonly byte[][] _tokens;
    private readonly HashSet<int> _special = [];
    private readonly int[] _byteIds;
    private readonly MergeTable _merges;
    private BytePairEncoder? _spare;

    /// <summary>Builds from a vocabulary and merges.</summary>
    /// <param name="tokens">The bytes of each id; a special token's are its name in UTF-8.</param>
    /// <param name="merges">Pairs of ids, the first to apply first; the bytes of each pair together must be a token too.</param>
    /// <param name="special">The ids that no text produces.</param>
    /// <exception cref="TokenizerException">A byte or the result of a merge is missing from the vocabulary.</exception>
    public BytePairTokenizer(IReadOnlyList<byte[]> tokens, IReadOnlyList<(int Left, int Right)> merges, IEnumerable<int> special)
    {
        _tokens = [.. tokens];
        _special.UnionWith(special);
        EndOfText = _special.Order().Cast<int?>().FirstOrDefault(id => _tokens[id!.Value].AsSpan().SequenceEqual("<|endoftext|>"u8));
        Dictionary<byte[], int> ids = new(_tokens.Length, ByteSequenceComparer.Instance);
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (!_special.Contains(id) && !ids.TryAdd(_tokens[id], id))
            {
                throw new TokenizerException($"bpe: tokens {ids[_tokens[id]]} and {id} have the same bytes, '{Show(id)}'.");
            }
        }
        _byteIds = new int[256];
        for (int b = 0; b < 256; b++)
        {
            _byteIds[b] = ids.TryGetValue([(byte)b], out int id) ? id : throw new TokenizerException($"bpe: the vocabulary has no token for byte 0x{b:x2}; a byte-level vocabulary holds all 256.");
        }
        Merges = [.. merges];
        var results = new int[Merges.Count];
        for (int rank = 0; rank < results.Length; rank++)
        {
            (int left, int right) = Merges[rank];
            byte[] joined = [.. _tokens[left], .. _tokens[right]];
            results[rank] = ids.TryGetValue(joined, out int id) ? id : throw new TokenizerException($"bpe: merge {rank} joins '{Show(left)}' and '{Show(right)}', but the vocabulary lacks the result.");
        }
        _merges = new MergeTable(Merges, results);
    }

    public override string Kind => "bpe";

    public override int VocabularySize => _tokens.Length;

    public override int? EndOfText { get; }

    /// <summary>The merges, as pairs of ids, in the order in which they apply.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges { get; }

    /// <summary>Ids are byte values, then 256 + the place of the merge, then the end of text.</summary>
    internal static BytePairTokenizer FromMerges(IReadOnlyList<(int Left, int Right)> merges, bool endOfText)
    {
        List<byte[]> tokens = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];
        foreach ((int left, int right) in merges)
        {
            tokens.Add([.. tokens[left], .. tokens[right]]);
        }
        if (endOfText)
        {
            tokens.Add(Encoding.UTF8.GetBytes(EndOfTextMark));
        }
        return new BytePairTokenizer(tokens, merges, endOfText ? [tokens.Count - 1] : []);
    }

    public override bool IsSpecial(int id) => _special.Contains(id);

    public override void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        BytePairEncoder encoder = Interlocked.Exchange(ref _spare, null) ?? new BytePairEncoder(_byteIds, _merges);
        encoder.Encode(utf8, ids);
        _spare = encoder;
    }

    public override ReadOnlyMemory<byte> TokenBytes(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : throw NoSuchToken(id);

    private string Show(int id) => Encoding.UTF8.GetString(_tokens[id]);
}
