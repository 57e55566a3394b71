using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer;

/// <summary>A tokenizer put together from parts: added tokens, normalizer, pre-tokenizer, model, post-processor, decoder; whatever tokenizer.json can say.</summary>
/// <remarks>
/// A byte-level model takes any bytes and gives them back. For other models, each longest part of the input that is not UTF-8 becomes U+FFFD
/// first; offsets still are those of the input. Special tokens are found and added only where <see cref="EncodeOptions"/> say so;
/// added tokens that are not special belong to the vocabulary and are always found.
/// </remarks>
public sealed partial class PipelineTokenizer : TextTokenizer
{
    private static readonly string[] KnownEnds = [EndOfTextMark, "<|end_of_text|>", "</s>", "<eos>", "<|im_end|>", "<｜end▁of▁sentence｜>"];

    /// <summary>Long texts are encoded by portions of about this size.</summary>
    private const int PortionSize = 1 << 16;

    /// <summary>Longer texts of a batch are shared by several cores.</summary>
    private const int PartSize = 1 << 18;

    private readonly AddedVocabulary _added;
    private readonly Spares<PipelineEncoder> _encoders;
    private readonly Spares<DecodingChain> _decoders;

    /// <summary>Puts a tokenizer together.</summary>
    /// <exception cref="TokenizerException">The added tokens contradict each other.</exception>
    public PipelineTokenizer(PipelineParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Parts = parts;
        _added = new AddedVocabulary(parts.AddedTokens, parts.Model, parts.Normalizer);
        WordBorders? borders = WordBorders.Of(parts);
        _encoders = new(() => new PipelineEncoder(Parts, _added, borders));
        _decoders = new(() => new DecodingChain(this));
        EndOfText = KnownEnds.Select(name => _added.Tokens.FirstOrDefault(t => t.IsSpecial && t.Content == name)?.Id).FirstOrDefault(id => id is not null);
        Kind = parts.Model.Type.ToLowerInvariant();
    }

    private PipelineTokenizer(PipelineTokenizer other, PipelineParts parts)
    {
        (Parts, _added, _encoders, _decoders) = (parts, other._added, other._encoders, other._decoders);
        (EndOfText, Kind) = (other.EndOfText, other.Kind);
    }

    /// <summary>The parts.</summary>
    public PipelineParts Parts { get; }

    /// <summary>The model.</summary>
    public TokenModel Model => Parts.Model;

    /// <summary>The merges of a byte-pair model as pairs of ids, in the order in which they apply; none for other models.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => Model switch
    {
        BytePairModel model => model.Merges,
        CharacterBytePairModel model => model.Merges,
        _ => [],
    };

    /// <summary>The added tokens, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _added.Tokens;

    public override string Kind { get; }

    public override int VocabularySize => _added.VocabularySize;

    /// <summary>The id of the special token that ends a text, by its usual names: "&lt;|endoftext|&gt;", "&lt;|end_of_text|&gt;", "&lt;/s&gt;", "&lt;eos&gt;" …</summary>
    public override int? EndOfText { get; }

    public override bool IsSpecial(int id) => _added.Find(id) is { IsSpecial: true };

    /// <summary>The same tokenizer with other limits of length.</summary>
    public PipelineTokenizer With(Truncation? truncation, Padding? padding) => new(this, Parts with { Truncation = truncation, Padding = padding });

    /// <summary>The id of a token by the spelling that tokenizer.json gives it, or null.</summary>
    public int? Find(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (_added.Tokens.FirstOrDefault(t => t.Content == token) is { } added)
        {
            return added.Id;
        }
        byte[]? spelling = Model.IsByteLevel ? Formats.ByteAlphabet.Parse(token) : Encoding.UTF8.GetBytes(token);
        return spelling is not null && Model.Find(spelling) is >= 0 and int id ? id : null;
    }

    /// <summary>The token as the vocabulary spells it; raw bytes for a byte-level one; empty for an id that is not in use.</summary>
    public override ReadOnlyMemory<byte> TokenBytes(int id) =>
        (uint)id >= (uint)VocabularySize ? throw NoSuchToken(id)
        : _added.Spelling(id) ?? (id < Model.VocabularySize ? Model.Token(id) : default);

    public override void Encode(ReadOnlySpan<byte> utf8, List<int> ids) => Encode(utf8, ids, default);

    /// <summary>Appends the ids of <paramref name="utf8"/>, with the special tokens that the options ask for.</summary>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> ids, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(ids);
        PipelineEncoder encoder = _encoders.Take();
        TokenBuffer tokens = encoder.Scratch;
        (int[] before, int[] after) = Frame(options);
        ids.AddRange(before);
        for (int length; !utf8.IsEmpty; utf8 = utf8[length..])
        {
            length = encoder.PortionLength(utf8, options.FindsSpecialTokens, PortionSize);
            tokens.Clear();
            encoder.Encode(utf8[..length], options.FindsSpecialTokens, tokens);
            int count = ids.Count;
            CollectionsMarshal.SetCount(ids, count + tokens.Count);
            tokens.Ids.CopyTo(CollectionsMarshal.AsSpan(ids)[count..]);
        }
        ids.AddRange(after);
        Return(encoder);
    }

    /// <summary>Appends the tokens of <paramref name="utf8"/> with their byte ranges, which no post-processor trims; added special tokens have the range [0, 0).</summary>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public override void Encode(ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        PipelineEncoder encoder = _encoders.Take();
        Encode(encoder, utf8, tokens, options);
        Return(encoder);
    }

    /// <summary>The ids of <paramref name="text"/>, with the special tokens that the options ask for.</summary>
    /// <exception cref="TokenizerException">The text holds something that the vocabulary cannot express.</exception>
    public int[] Encode(string text, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            PipelineEncoder encoder = _encoders.Take();
            int[] ids = ToArray(encoder, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), options);
            _encoders.Return(encoder);
            return ids;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public override int[][] EncodeBatch(IReadOnlyList<ReadOnlyMemory<byte>> texts, int threads = 0) => EncodeBatch(texts, default, threads);

    /// <summary>The ids of each text, in their order, with the special tokens that the options ask for, found on all cores or on <paramref name="threads"/> of them.</summary>
    /// <remarks>A long text behind a byte-level model is cut where that is safe, so that several cores share it.</remarks>
    /// <exception cref="TokenizerException">A text holds something that the vocabulary cannot express; of several, the first one's error.</exception>
    public int[][] EncodeBatch(IReadOnlyList<ReadOnlyMemory<byte>> texts, EncodeOptions options, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(texts);
        List<ReadOnlyMemory<byte>> parts = new(texts.Count);
        var ends = new int[texts.Count];
        PipelineEncoder encoder = _encoders.Take();
        for (int i = 0; i < ends.Length; i++)
        {
            ReadOnlyMemory<byte> rest = texts[i];
            do
            {
                int length = encoder.PortionLength(rest.Span, options.FindsSpecialTokens, PartSize);
                parts.Add(rest[..length]);
                rest = rest[length..];
            }
            while (!rest.IsEmpty);
            ends[i] = parts.Count;
        }
        Return(encoder);
        EncodeOptions unframed = options with { AddsSpecialTokens = false };
        int[][] encoded = BatchWork.Run(parts.Count, k => parts[k].Length, _encoders, (k, own) => ToArray(own, parts[k].Span, unframed), threads);
        (int[] before, int[] after) = Frame(options);
        if (parts.Count == ends.Length && before.Length + after.Length == 0)
        {
            return encoded;
        }
        return [.. ends.Select((end, i) => Join([before, .. encoded.AsSpan((i == 0 ? 0 : ends[i - 1])..end), after]))];
    }

    private static int[] Join(ReadOnlySpan<int[]> parts)
    {
        int count = 0;
        foreach (int[] part in parts)
        {
            count += part.Length;
        }
        var joined = new int[count];
        Span<int> rest = joined;
        foreach (int[] part in parts)
        {
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }
        return joined;
    }

    private int[] ToArray(PipelineEncoder encoder, ReadOnlySpan<byte> utf8, EncodeOptions options)
    {
        encoder.Scratch.Clear();
        Encode(encoder, utf8, encoder.Scratch, options);
        int[] ids = GC.AllocateUninitializedArray<int>(encoder.Scratch.Count);
        encoder.Scratch.Ids.CopyTo(ids);
        encoder.ReleaseLarge();
        return ids;
    }

    public override int Count(ReadOnlySpan<byte> utf8)
    {
        PipelineEncoder encoder = _encoders.Take();
        int count = 0;
        for (int length; !utf8.IsEmpty; utf8 = utf8[length..])
        {
            length = encoder.PortionLength(utf8, findsSpecial: false, PortionSize);
            encoder.Scratch.Clear();
            encoder.Encode(utf8[..length], findsSpecial: false, encoder.Scratch);
            count += encoder.Scratch.Count;
        }
        Return(encoder);
        return count;
    }

    private void Encode(PipelineEncoder encoder, ReadOnlySpan<byte> utf8, TokenBuffer tokens, EncodeOptions options)
    {
        (int[] before, int[] after) = Frame(options);
        foreach (int id in before)
        {
            tokens.Add(id, 0, 0);
        }
        encoder.Encode(utf8, options.FindsSpecialTokens, tokens);
        foreach (int id in after)
        {
            tokens.Add(id, 0, 0);
        }
    }

    private void Return(PipelineEncoder encoder)
    {
        encoder.ReleaseLarge();
        _encoders.Return(encoder);
    }

    /// <summary>The special tokens before and after a text that stands alone.</summary>
    private (int[] Before, int[] After) Frame(EncodeOptions options) => options.AddsSpecialTokens && Parts.PostProcessor is { } processor ? processor.Frame : ([], []);
}
