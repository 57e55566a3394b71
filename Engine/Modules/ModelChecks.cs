using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Modules;

/// <summary>What must hold before a model can be described; a configuration file is checked earlier, with line and column.</summary>
internal static class ModelChecks
{
    /// <exception cref="ArgumentException">Some sizes do not fit together.</exception>
    public static void Require(ModelConfig config, int vocabularySize)
    {
        Positive("the vocabulary", vocabularySize);
        Positive("layers", config.Layers);
        Positive("width", config.Width);
        Positive("heads", config.Heads);
        Positive("kv_heads", config.KeyValueHeads);
        Positive("head_size", config.HeadSize);
        Positive("context", config.Context);
        Positive("mlp_width", config.MlpWidth);
        Require(config.Heads % config.KeyValueHeads == 0, $"model: {config.Heads} heads can not share {config.KeyValueHeads} key and value heads evenly; use a divisor of {config.Heads}.");
        Require(config.Window >= 0, $"model: window = {config.Window} must be 0 (no window) or more.");
        Require(config.NormEpsilon > 0, $"model: norm_epsilon = {config.NormEpsilon} must be above 0.");
        Require(config.Dropout is >= 0 and < 1, $"model: dropout = {config.Dropout} must be at least 0 and below 1.");
        Require(config.Position != PositionKind.Rope || config.RopeDimensions >= 2, $"model: position = \"rope\" turns pairs of coordinates, but head_size {config.HeadSize} · rope_fraction {config.RopeFraction} leaves {config.RopeDimensions}; use a head size of 2 or more.");
        Require(config.RopeFraction is > 0 and <= 1, $"model: rope_fraction = {config.RopeFraction} must be above 0 and at most 1.");
        Require(config.Position != PositionKind.Sinusoidal || config.Width % 2 == 0, $"model: sinusoidal positions come in pairs of sine and cosine; width {config.Width} must be even.");
    }

    private static void Positive(string name, int value) => Require(value > 0, $"model: {name} = {value} must be at least 1.");

    private static void Require(bool holds, string message)
    {
        if (!holds) { throw new ArgumentException(message); }
    }
}
