using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>From token ids [B, T] to the residual stream [B, T, C]: table row, ·√C and sinusoids (2017), or a learned position, then dropout.</summary>
/// <remarks>The factor √C belongs to sinusoidal positions: without it, amplitudes of 1 would drown the embedding (Vaswani et al. 2017 §3.4).</remarks>
public sealed class InputEmbedding : Module
{
    private readonly Parameter table;
    private readonly PositionTable? sinusoids;
    private readonly Scale? scale;
    private readonly AddPositions? addPositions;
    private readonly DropoutLayer dropout;

    /// <param name="path">"" or "encoder".</param>
    /// <param name="table">The token embedding [V, C], which belongs to the model.</param>
    internal InputEmbedding(string path, ModelConfig config, Initializers init, Parameter table, PositionTable? sinusoids) : base(path)
    {
        (this.table, this.sinusoids) = (table, sinusoids);
        if (config.Position == PositionKind.Learned) { Positions = AddParameter("positions.weight", new Shape(config.Context, config.Width), init.Positions); }
        if (Positions is not null || sinusoids is not null) { addPositions = new AddPositions(); }
        if (sinusoids is not null) { scale = new Scale((float)Math.Sqrt(config.Width)); }
        dropout = AddChild(new DropoutLayer(At("embedding_dropout"), config.Dropout));
    }

    /// <summary>Learned positions [context, C], where the model has them.</summary>
    public Parameter? Positions { get; }

    /// <summary>Position of the first token of each sequence; decoding with a cache moves it on.</summary>
    internal int FirstPosition
    {
        set { if (addPositions is not null) { addPositions.FirstPosition = value; } }
    }

    public Tensor Forward(Tape tape, Embedding lookup)
    {
        tape.Scope = Path;
        Tensor x = tape.Apply(lookup, table.Tensor);
        if (scale is not null) { x = tape.Apply(scale, x); }
        if (addPositions is not null) { x = tape.Apply(addPositions, x, sinusoids?.Tensor ?? Positions!.Tensor); }
        return dropout.Forward(tape, x);
    }
}
