using PureLlm.Autograd;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>The decoder-only transformer: token and position, L blocks of causal attention and feed-forward, norm, head.</summary>
/// <remarks>One module for GPT-2 (Radford et al. 2019), Llama (Touvron et al. 2023, arXiv:2302.13971) and the decoder of 2017: what differs is the configuration.</remarks>
public sealed class Transformer : LanguageModel
{
    internal Transformer(ModelConfig config, int vocabularySize) : base(config, vocabularySize)
    {
        Decoder = AddChild(Stack("", BlockKind.Decoder));
        AddHead();
    }

    /// <summary>Embedding, blocks, final norm.</summary>
    public Stack Body => Decoder;

    private protected override Stack Decoder { get; }

    public override Tensor Hidden(Tape tape, ModelBatch batch) => Decoder.Forward(tape, batch.InputEmbedding);
}
