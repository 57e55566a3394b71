using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <summary>Byte-level byte-pair encoding with GPT-2's split: 256 bytes, then merges in the order in which they apply. Any bytes round-trip.</summary>
/// <remarks>Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.2.</remarks>
public sealed class BytePairTokenizer : TextTokenizer
{
    private readonly byte[][] _tokens;
    private readonly HashSet<int> _special = [];
    private (BytePairEncoder Encoder, TokenBuffer Tokens)? _spare;
    private readonly Lock _spareLock = new();

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
        Model = new BytePairModel([.. _tokens.Select((bytes, id) => _special.Contains(id) ? null : bytes)], merges);
    }

    /// <summary>The vocabulary and its merges.</summary>
    public BytePairModel Model { get; }

    public override string Kind => "bpe";

    public override int VocabularySize => _tokens.Length;

    public override int? EndOfText { get; }

    /// <summary>The merges, as pairs of ids, in the order in which they apply.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => Model.Merges;

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
        (BytePairEncoder encoder, TokenBuffer tokens) = Take();
        tokens.Clear();
        encoder.EncodeText(utf8, 0, PieceScanner.Gpt2, tokens);
        ids.AddRange(tokens.Ids);
        lock (_spareLock)
        {
            _spare = (encoder, tokens);
        }
    }

    private (BytePairEncoder Encoder, TokenBuffer Tokens) Take()
    {
        lock (_spareLock)
        {
            (BytePairEncoder, TokenBuffer)? spare = _spare;
            _spare = null;
            return spare ?? ((BytePairEncoder)Model.CreateEncoder(), new TokenBuffer());
        }
    }

    public override ReadOnlyMemory<byte> TokenBytes(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : throw NoSuchToken(id);
}
