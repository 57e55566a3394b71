namespace PureLlm.Tokenizer.Decoders;

/// <summary>Several decoders, one after the other.</summary>
/// <param name="decoders">The decoders, the first to act first.</param>
public sealed class SequenceDecoder(IReadOnlyList<TokenDecoder> decoders) : TokenDecoder
{
    public override string Type => "Sequence";

    /// <summary>The decoders, the first to act first.</summary>
    public IReadOnlyList<TokenDecoder> Decoders { get; } = [.. decoders];

    internal override DecoderStage CreateStage(DecoderStage next) => Decoders.Reverse().Aggregate(next, (stage, decoder) => decoder.CreateStage(stage));
}
