using PureLlm.Tokenizer.Decoders;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.Normalizers;
using PureLlm.Tokenizer.PostProcessors;
using PureLlm.Tokenizer.PreTokenizers;

namespace PureLlm.Tokenizer;

/// <summary>The parts of a <see cref="PipelineTokenizer"/>, in the order in which a text meets them; only the model must be there.</summary>
public sealed record PipelineParts
{
    /// <summary>Tokens that are found in the text before anything else happens to it.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Rewrites the text.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>Cuts the text into pieces; without one, the text is one piece.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Turns each piece into tokens.</summary>
    public required TokenModel Model { get; init; }

    /// <summary>Adds special tokens.</summary>
    public PostProcessor? PostProcessor { get; init; }

    /// <summary>Turns tokens back into text; without one, a byte-level model's tokens are joined as they are, others with spaces.</summary>
    public TokenDecoder? Decoder { get; init; }

    /// <summary>Cuts encoded texts; of use to <see cref="PipelineTokenizer.EncodeFull(ReadOnlySpan{byte}, EncodeOptions)"/> only.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>Pads encoded texts; of use to <see cref="PipelineTokenizer.EncodeFull(ReadOnlySpan{byte}, EncodeOptions)"/> only.</summary>
    public Padding? Padding { get; init; }
}
