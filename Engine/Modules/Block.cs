using PureLlm.Autograd;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>One layer of a transformer: self-attention, in a 2017 decoder cross-attention, then the feed-forward part, each with its way around.</summary>
public sealed class Block : Module
{
    private readonly Residual aroundAttention, aroundMlp;
    private readonly Residual? aroundCross;

    /// <param name="kind">Encoder, decoder, or decoder that looks at an encoder.</param>
    /// <param name="writers">Sublayers that write to the residual stream, in the whole stack.</param>
    internal Block(string path, ModelConfig config, Initializers init, PositionTable? angles, BlockKind kind, int writers) : base(path)
    {
        aroundAttention = AddChild(new Residual(At("attention"), config));
        Attention = AddChild(new SelfAttention(At("attention"), config, init, angles, kind != BlockKind.Encoder, writers));
        if (kind == BlockKind.CrossDecoder)
        {
            aroundCross = AddChild(new Residual(At("cross_attention"), config));
            Cross = AddChild(new CrossAttention(At("cross_attention"), config, init, writers));
        }
        aroundMlp = AddChild(new Residual(At("mlp"), config));
        Mlp = AddChild(new Mlp(At("mlp"), config, init, writers));
    }

    public SelfAttention Attention { get; }

    public CrossAttention? Cross { get; }

    public Mlp Mlp { get; }

    public Norm AttentionNorm => aroundAttention.Norm;

    public Norm MlpNorm => aroundMlp.Norm;

    /// <param name="x">The residual stream [B, T, C].</param>
    /// <param name="keysValues">Of the encoded source, for <see cref="Cross"/>.</param>
    public Tensor Forward(Tape tape, Tensor x, Tensor? keysValues = null)
    {
        tape.BeginSegment();
        x = aroundAttention.Leave(tape, x, Attention.Forward(tape, aroundAttention.Enter(tape, x)));
        if (Cross is not null) { x = aroundCross!.Leave(tape, x, Cross.Forward(tape, aroundCross.Enter(tape, x), keysValues!)); }
        x = aroundMlp.Leave(tape, x, Mlp.Forward(tape, aroundMlp.Enter(tape, x)));
        tape.EndSegment();
        return x;
    }
}

internal enum BlockKind { Encoder, Decoder, CrossDecoder }
