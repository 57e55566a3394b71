namespace PureLlm.Tokenizer.Decoders;

/// <summary>Turns the spelling of tokens back into text. Immutable, and safe to share between threads.</summary>
public abstract class TokenDecoder
{
    /// <summary>The name in tokenizer.json: "ByteLevel", "Metaspace", "WordPiece", "Sequence" …</summary>
    public abstract string Type { get; }

    /// <summary>A new stage of a decoding chain that hands its tokens on to <paramref name="next"/>.</summary>
    internal abstract DecoderStage CreateStage(DecoderStage next);
}
