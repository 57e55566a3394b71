namespace PureLlm.Engine.Configuration;

/// <summary>The values of model.preset: named starting points for [model]; a key that is written wins over its preset.</summary>
public static class ModelPresets
{
    /// <summary>Two layers that learn the story corpus in two minutes on two cores.</summary>
    public static ModelConfig Tiny { get; } = new();

    /// <summary>GPT-2, 124M (Radford et al. 2019): pre-LayerNorm, learned positions, GELU (tanh), biases, tied head.</summary>
    public static ModelConfig Gpt2 { get; } = new()
    {
        Preset = "gpt2",
        Layers = 12,
        Width = 768,
        Heads = 12,
        Context = 1024,
        Mlp = MlpKind.Gelu,
        Norm = NormKind.LayerNorm,
        Bias = true,
        Tie = true,
    };

    /// <summary>Llama style, 15M (Touvron et al. 2023, arXiv 2302.13971): pre-RMSNorm, rotary positions, SwiGLU, no biases.</summary>
    public static ModelConfig Llama { get; } = new()
    {
        Preset = "llama",
        Layers = 6,
        Width = 288,
        Heads = 6,
        Context = 256,
        Mlp = MlpKind.Swiglu,
        Position = PositionKind.Rope,
        Tie = true,
    };

    /// <summary>The base model of "Attention Is All You Need" (Vaswani et al. 2017, arXiv 1706.03762): encoder-decoder, post-LayerNorm, sinusoidal positions, ReLU.</summary>
    public static ModelConfig Transformer2017 { get; } = new()
    {
        Preset = "transformer-2017",
        Architecture = Architecture.EncoderDecoder,
        Layers = 6,
        Width = 512,
        Heads = 8,
        Context = 256,
        Mlp = MlpKind.Relu,
        Norm = NormKind.LayerNorm,
        NormPosition = NormPosition.Post,
        Position = PositionKind.Sinusoidal,
        Bias = true,
        Tie = true,
        Dropout = 0.1,
        Init = InitKind.XavierUniform,
    };

    /// <summary>All presets; the name is <see cref="ModelConfig.Preset"/>.</summary>
    public static IReadOnlyList<ModelConfig> All { get; } = [Tiny, Gpt2, Llama, Transformer2017];

    /// <summary>The preset of that name, or null.</summary>
    public static ModelConfig? Find(string name) => All.FirstOrDefault(preset => preset.Preset == name);
}
