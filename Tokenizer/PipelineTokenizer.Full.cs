using System.Text;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PostProcessors;

namespace PureLlm.Tokenizer;

/// <content>Encoding with everything that is known about each token: types, places, masks, pairs of texts, limits of length.</content>
public sealed partial class PipelineTokenizer
{
    /// <summary>Encodes a text as a model takes it: truncated, with special tokens, padded.</summary>
    /// <exception cref="TokenizerException">The text cannot be expressed, or cannot keep to the limit of length.</exception>
    public EncodedText EncodeFull(ReadOnlySpan<byte> utf8, EncodeOptions options) => Pad([Finish([Build(utf8, 0, options)], options)])[0];

    /// <summary>Encodes a pair of texts as a model takes it.</summary>
    /// <exception cref="TokenizerException">A text cannot be expressed, or the two cannot keep to the limit of length.</exception>
    public EncodedText EncodeFull(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, EncodeOptions options) =>
        Pad([Finish([Build(first, 0, options), Build(second, 1, options)], options)])[0];

    /// <summary>Encodes a text, or a pair, as a model takes it; places are those of its UTF-8 form.</summary>
    /// <exception cref="TokenizerException">A text cannot be expressed, or cannot keep to the limit of length.</exception>
    public EncodedText EncodeFull(string first, string? second, EncodeOptions options) =>
        second is null ? EncodeFull(Encoding.UTF8.GetBytes(first), options) : EncodeFull(Encoding.UTF8.GetBytes(first), Encoding.UTF8.GetBytes(second), options);

    /// <summary>Encodes many texts on all cores, or on <paramref name="threads"/> of them, and pads them to one length where padding is set.</summary>
    /// <exception cref="TokenizerException">A text cannot be expressed, or cannot keep to the limit of length; of several, the first one's error.</exception>
    public EncodedText[] EncodeFullBatch(IReadOnlyList<ReadOnlyMemory<byte>> texts, EncodeOptions options, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Pad(BatchWork.Run(texts.Count, i => texts[i].Length, _encoders, (i, own) => Finish([Build(own, texts[i].Span, 0, options)], options), threads));
    }

    /// <summary>Encodes many pairs of texts on all cores, or on <paramref name="threads"/> of them, and pads them to one length where padding is set.</summary>
    /// <exception cref="TokenizerException">A text cannot be expressed, or cannot keep to the limit of length; of several, the first one's error.</exception>
    public EncodedText[] EncodeFullBatch(IReadOnlyList<(ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second)> pairs, EncodeOptions options, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Pad(BatchWork.Run(
            pairs.Count,
            i => pairs[i].First.Length + pairs[i].Second.Length,
            _encoders,
            (i, own) => Finish([Build(own, pairs[i].First.Span, 0, options), Build(own, pairs[i].Second.Span, 1, options)], options),
            threads));
    }

    private EncodedText Build(ReadOnlySpan<byte> utf8, int text, EncodeOptions options)
    {
        PipelineEncoder encoder = _encoders.Take();
        EncodedText built = Build(encoder, utf8, text, options);
        _encoders.Return(encoder);
        return built;
    }

    private EncodedText Build(PipelineEncoder encoder, ReadOnlySpan<byte> utf8, int text, EncodeOptions options)
    {
        TokenBuffer tokens = encoder.Scratch;
        tokens.Clear();
        encoder.Encode(utf8, options.FindsSpecialTokens, tokens, notesPieces: true);
        var built = new EncodedToken[tokens.Count];
        bool trims = Parts.PostProcessor is { TrimsOffsets: true };
        int? unknown = (Model as UnigramModel)?.Unknown;
        for (int i = 0, word = 0, nextAdded = 0; i < built.Length; i++)
        {
            while (encoder.PieceEnds[word] <= i)
            {
                word++;
            }
            (int id, int start, int end) = (tokens.Ids[i], tokens.Starts[i], tokens.Ends[i]);
            bool isAdded = nextAdded < encoder.AddedPlaces.Count && encoder.AddedPlaces[nextAdded] == i;
            nextAdded += isAdded ? 1 : 0;
            built[i] = new EncodedToken
            {
                Id = id,
                TypeId = text,
                Start = start,
                End = end,
                Word = word,
                Text = text,
                Space = trims ? TokenSpace.Of(isAdded || id == unknown ? utf8[start..end] : Model.Token(id).Span, !isAdded && Model.IsByteLevel, utf8, start, end) : default,
            };
        }
        encoder.ReleaseLarge();
        return new EncodedText(built);
    }

    private EncodedText Finish(List<EncodedText> parts, EncodeOptions options)
    {
        if (Parts.Truncation is { } truncation)
        {
            int added = options.AddsSpecialTokens && Parts.PostProcessor is { } post ? post.AddedTokens(parts.Count == 2) : 0;
            Truncator.Truncate(parts, truncation, added, options.KeepsOverflow);
        }
        return Joining.Join(Parts.PostProcessor?.Process(parts, options.AddsSpecialTokens) ?? parts);
    }

    private EncodedText[] Pad(EncodedText[] texts)
    {
        if (Parts.Padding is { } padding && texts.Length > 0)
        {
            int length = padding.LengthFor(texts.Max(t => t.Count));
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = Pad(texts[i], length, padding);
            }
        }
        return texts;
    }

    private static EncodedText Pad(EncodedText text, int length, Padding padding)
    {
        IReadOnlyList<EncodedText> overflow = text.Overflow.Count == 0 ? [] : [.. text.Overflow.Select(part => Pad(part, length, padding))];
        if (text.Count >= length)
        {
            return overflow.Count == 0 ? text : new EncodedText(text.Items, overflow);
        }
        var fill = new EncodedToken[length - text.Count];
        Array.Fill(fill, EncodedToken.Special(padding.Id, padding.TypeId) with { IsPadding = true });
        return new EncodedText(padding.Side == SequenceSide.Left ? [.. fill, .. text.Tokens] : [.. text.Tokens, .. fill], overflow);
    }
}
