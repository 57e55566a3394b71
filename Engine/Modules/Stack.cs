using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>Embedding, blocks and, with norms before the sublayers, a final norm: from token ids [B, T] to hidden states [B, T, C].</summary>
public sealed class Stack : Module
{
    private readonly Block[] blocks;

    internal Stack(string path, ModelConfig config, Initializers init, Parameter table, PositionTable? sinusoids, PositionTable? angles, BlockKind kind) : base(path)
    {
        Embedding = AddChild(new InputEmbedding(path, config, init, table, sinusoids));
        int layers = kind == BlockKind.Encoder ? config.EncoderLayers : config.Layers, writers = layers * (kind == BlockKind.CrossDecoder ? 3 : 2);
        blocks = new Block[layers];
        for (int i = 0; i < layers; i++) { blocks[i] = AddChild(new Block(At($"blocks.{i}"), config, init, angles, kind, writers)); }
        if (config.NormPosition == NormPosition.Pre) { Norm = AddChild(new Norm(At("norm"), config)); }
    }

    public InputEmbedding Embedding { get; }

    public IReadOnlyList<Block> Blocks => blocks;

    /// <summary>The final norm; a post-norm stack ends with that of its last sublayer.</summary>
    public Norm? Norm { get; }

    /// <param name="lookup">Which tokens.</param>
    /// <param name="keysValues">Of the encoded source, one for each block, in a 2017 decoder.</param>
    public Tensor Forward(Tape tape, Embedding lookup, ReadOnlySpan<Tensor> keysValues = default)
    {
        Tensor x = Embedding.Forward(tape, lookup);
        for (int i = 0; i < blocks.Length; i++) { x = blocks[i].Forward(tape, x, keysValues.IsEmpty ? null : keysValues[i]); }
        return Norm is null ? x : Norm.Forward(tape, x);
    }

    /// <summary>Continues after the positions in the caches, or (null) starts at position 0 again.</summary>
    internal void Use(DecoderCache? cache)
    {
        int first = cache?.Length ?? 0;
        Embedding.FirstPosition = first;
        for (int i = 0; i < blocks.Length; i++) { blocks[i].Attention.Use(cache?[i], first); }
    }
}
