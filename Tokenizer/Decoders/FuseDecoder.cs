namespace PureLlm.Tokenizer.Decoders;

/// <summary>Joins all tokens into one, so that what comes after sees the text as a whole.</summary>
public sealed class FuseDecoder : TokenDecoder
{
    public override string Type => "Fuse";

    internal override DecoderStage CreateStage(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        public override bool JoinsAll => true;

        public override void Token(ReadOnlySpan<byte> token) => Next.Part(token);

        public override void Part(ReadOnlySpan<byte> part) => Next.Part(part);
    }
}
