using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>output(attention(query(x), key_value(memory))): the decoder looks at the whole encoded source. x [B, T, C], memory [B, S, C].</summary>
/// <remarks>Vaswani et al. 2017, arXiv:1706.03762 §3.2.3. No rotation and no mask: every target position sees every source position.</remarks>
public sealed class CrossAttention : Module
{
    private readonly Attention attention;

    internal CrossAttention(string path, ModelConfig config, Initializers init, int writers) : base(path)
    {
        int queries = config.Heads * config.HeadSize, shared = config.KeyValueHeads * config.HeadSize;
        attention = new Attention(config.Heads, config.KeyValueHeads, causal: false);
        Query = AddChild(new Linear(At("query"), config.Width, queries, config.Bias, init.Matrix(config.Width, queries)));
        KeyValue = AddChild(new Linear(At("key_value"), config.Width, 2 * shared, config.Bias, init.Matrix(config.Width, queries)));
        Output = AddChild(new Linear(At("output"), queries, config.Width, config.Bias, init.Residual(queries, config.Width, writers)));
    }

    public Linear Query { get; }

    /// <summary>Keys and values of the memory, packed: [2·G·D, C].</summary>
    public Linear KeyValue { get; }

    public Linear Output { get; }

    /// <param name="keysValues">What <see cref="KeyValue"/> made of the memory; generation makes it once for all its steps.</param>
    public Tensor Forward(Tape tape, Tensor x, Tensor keysValues)
    {
        Tensor query = Query.Forward(tape, x);
        tape.Scope = Path;
        return Output.Forward(tape, tape.Apply(attention, query, keysValues));
    }
}
