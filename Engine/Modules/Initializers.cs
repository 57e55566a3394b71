using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>The distributions that <see cref="InitKind"/> names, for one model.</summary>
/// <remarks>
/// The matrix that makes the logits, whatever <see cref="ModelConfig.Init"/> says, is N(0, σ²) with σ = min(init_std, 0.25/√C):
/// the final norm gives rows of norm √C, so logits start with a standard deviation of at most 0.25 and the loss at ln V + 0.03.
/// Where it is also the embedding (tie), σ is at most 0.2/√C, for the input token's own logit weighs in as well: up to C·σ²/√(σ² + p²),
/// p being what positions add (0 for rotary ones). σ is lowered until that is at most ln(1 + V/16), a bound that leaves out what the blocks add
/// to the stream; the loss stays within 0.05 of ln V. A smaller σ would start closer and learn more slowly
/// (characters of Shakespeare, 4 layers of 128: 0.07 nats behind after 400 steps with ln(1 + V/50)).
/// Other embeddings are N(0, init_std²).
/// </remarks>
internal sealed class Initializers(ModelConfig config, int vocabularySize)
{
    private const double LogitDeviation = 0.25, TiedLogitDeviation = 0.2;

    /// <summary>A matrix inside the blocks, [fanOut, fanIn].</summary>
    public Initializer Matrix(int fanIn, int fanOut) => config.Init switch
    {
        InitKind.XavierUniform => Initializer.Uniform(Math.Sqrt(6.0 / (fanIn + fanOut))),
        InitKind.XavierNormal => Initializer.Normal(Math.Sqrt(2.0 / (fanIn + fanOut))),
        InitKind.KaimingUniform => Initializer.Uniform(Math.Sqrt(6.0 / fanIn)),
        InitKind.KaimingNormal => Initializer.Normal(Math.Sqrt(2.0 / fanIn)),
        _ => Initializer.Normal(config.InitStd),
    };

    /// <summary>A matrix that writes to the residual stream, one of <paramref name="writers"/>: GPT-2 divides by √writers, so that the stream does not grow with depth.</summary>
    public Initializer Residual(int fanIn, int fanOut, int writers) =>
        config.Init == InitKind.Gpt2 ? Initializer.Normal(config.InitStd / Math.Sqrt(writers)) : Matrix(fanIn, fanOut);

    public Initializer Embedding => config.Tie ? Initializer.Normal(TiedDeviation) : Initializer.Normal(config.InitStd);

    public Initializer Positions => Initializer.Normal(config.InitStd);

    public Initializer Head => Initializer.Normal(HeadDeviation);

    private double HeadDeviation => Math.Min(config.InitStd, LogitDeviation / Math.Sqrt(config.Width));

    /// <summary>The smallest of init_std, 0.2/√C and the σ that solves C·σ² = L·√(σ² + p²) with L = ln(1 + V/16).</summary>
    private double TiedDeviation
    {
        get
        {
            double c = config.Width, limit = Math.Log(1 + (vocabularySize / 16.0)), p = config.Position switch
            {
                PositionKind.Learned => config.InitStd,
                PositionKind.Sinusoidal => Math.Sqrt(0.5 / c),
                _ => 0,
            };
            double square = (limit * limit) + (limit * Math.Sqrt((limit * limit) + (4 * c * c * p * p)));
            return Math.Min(Math.Min(config.InitStd, TiedLogitDeviation / Math.Sqrt(c)), Math.Sqrt(square / (2 * c * c)));
        }
    }
}
