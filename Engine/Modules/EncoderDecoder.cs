using PureLlm.Autograd;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>The transformer of 2017: an encoder reads the source, a decoder writes the target and looks at the encoded source in every block.</summary>
/// <remarks>Vaswani et al. 2017, arXiv:1706.03762. Encoder and decoder share one embedding, as the paper does; the head is tied to it where <see cref="ModelConfig.Tie"/> says so.
/// Source positions are not masked: pad the sources of a batch to one length with a token that the model may see.</remarks>
public sealed class EncoderDecoder : LanguageModel
{
    private readonly Tensor[] keysValues;

    internal EncoderDecoder(ModelConfig config, int vocabularySize) : base(config, vocabularySize)
    {
        Encoder = AddChild(Stack("encoder", BlockKind.Encoder));
        Decoder = AddChild(Stack("decoder", BlockKind.CrossDecoder));
        AddHead();
        keysValues = new Tensor[Decoder.Blocks.Count];
    }

    public Stack Encoder { get; }

    private protected override Stack Decoder { get; }

    public override Tensor Hidden(Tape tape, ModelBatch batch)
    {
        Encode(tape, batch, keysValues);
        return Decode(tape, batch, keysValues);
    }

    /// <summary>Reads the source: keys and values of the encoded source for each block of the decoder, [B, S, 2·G·D].</summary>
    /// <exception cref="ArgumentException">The batch has no source.</exception>
    public void Encode(Tape tape, ModelBatch batch, Span<Tensor> memory)
    {
        if (batch.SourceEmbedding is null) { throw new ArgumentException("encoder: the batch has no source tokens; make it with sourceTime > 0."); }
        Tensor encoded = Encoder.Forward(tape, batch.SourceEmbedding);
        for (int i = 0; i < memory.Length; i++) { memory[i] = Decoder.Blocks[i].Cross!.KeyValue.Forward(tape, encoded); }
    }

    /// <summary>Hidden states of the target [B, T, C], given what <see cref="Encode"/> made.</summary>
    public Tensor Decode(Tape tape, ModelBatch batch, ReadOnlySpan<Tensor> memory) =>
        Decoder.Forward(tape, batch.InputEmbedding, memory);
}
