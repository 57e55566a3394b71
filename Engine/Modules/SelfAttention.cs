using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>output(attention(rotary(head_norm(qkv(x))))): multi-head, grouped-query or multi-query self-attention. x and y [B, T, C].</summary>
/// <remarks>One packed projection makes H query, G key and G value heads of D side by side; its weight is [(H + 2G)·D, C].
/// H = G is Vaswani et al. 2017, G = 1 Shazeer 2019 (arXiv:1911.02150), between Ainslie et al. 2023 (arXiv:2305.13245).
/// Dropout of attention probabilities is not offered: the fused kernel never stores them.</remarks>
public sealed class SelfAttention : Module
{
    private readonly HeadNorm? headNorm;
    private readonly Rotary? rotary;
    private readonly PositionTable? angles;
    private readonly Attention attention;

    /// <param name="angles">The model's rotary table, or null.</param>
    /// <param name="causal">False in an encoder.</param>
    /// <param name="writers">Sublayers that write to the residual stream.</param>
    internal SelfAttention(string path, ModelConfig config, Initializers init, PositionTable? angles, bool causal, int writers) : base(path)
    {
        int heads = config.Heads, shared = config.KeyValueHeads, size = config.HeadSize;
        this.angles = angles;
        attention = new Attention(heads, shared, causal, causal ? config.Window : 0);
        if (angles is not null) { rotary = new Rotary(heads + (2 * shared), heads + shared, config.RopeStyle == RopeStyle.Interleaved); }
        Qkv = AddChild(new Linear(At("qkv"), config.Width, (heads + (2 * shared)) * size, config.Bias, init.Matrix(config.Width, heads * size)));
        if (config.QkNorm)
        {
            headNorm = new HeadNorm(heads, shared, (float)config.NormEpsilon);
            QueryNorm = AddParameter("query_norm.weight", new Shape(size), Initializer.Ones);
            KeyNorm = AddParameter("key_norm.weight", new Shape(size), Initializer.Ones);
        }
        Output = AddChild(new Linear(At("output"), heads * size, config.Width, config.Bias, init.Residual(heads * size, config.Width, writers)));
    }

    public Linear Qkv { get; }

    public Linear Output { get; }

    /// <summary>QK-norm weights [D], where the model has them.</summary>
    public Parameter? QueryNorm { get; }

    public Parameter? KeyNorm { get; }

    public Tensor Forward(Tape tape, Tensor x)
    {
        Tensor qkv = Qkv.Forward(tape, x);
        tape.Scope = Path;
        if (headNorm is not null) { qkv = tape.Apply(headNorm, qkv, QueryNorm!.Tensor, KeyNorm!.Tensor); }
        if (rotary is not null) { qkv = tape.Apply(rotary, qkv, angles!.Tensor); }
        return Output.Forward(tape, tape.Apply(attention, qkv));
    }

    /// <summary>Attends to the positions in a cache as well, and appends to it; null: back to whole sequences.</summary>
    internal void Use(KeyValueCache? cache, int firstPosition)
    {
        attention.Cache = cache;
        if (rotary is not null) { rotary.FirstPosition = firstPosition; }
    }
}
