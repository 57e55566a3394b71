using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Formats;

/// <summary>Whose names, shapes and config.json a model folder uses.</summary>
public enum ModelLayout
{
    /// <summary>GPT2LMHeadModel.</summary>
    Gpt2,

    /// <summary>LlamaForCausalLM.</summary>
    Llama,

    /// <summary>Qwen3ForCausalLM: Llama with QK-norm.</summary>
    Qwen3,

    /// <summary>MistralForCausalLM: Llama with a sliding window.</summary>
    Mistral,

    /// <summary>PureLlmForCausalLM: our names and every key of [model], for everything else.</summary>
    PureLlm,
}

/// <summary>Chooses the layout that can express a model.</summary>
public static class ModelLayouts
{
    /// <summary>The Hugging Face architecture of exactly this network, or <see cref="ModelLayout.PureLlm"/>.</summary>
    public static ModelLayout Of(ModelConfig config)
    {
        if (config.IsEncoderDecoder || config.NormPosition != NormPosition.Pre) { return ModelLayout.PureLlm; }
        bool isMultiHead = config.KeyValueHeads == config.Heads && config.Heads * config.HeadSize == config.Width;
        if (config.Norm == NormKind.LayerNorm && config.Position == PositionKind.Learned && config.Bias && isMultiHead && !config.QkNorm && config.Window == 0 && !config.IsGated)
        {
            return ModelLayout.Gpt2;
        }
        bool isLlama = config.Norm == NormKind.RmsNorm && config.Position == PositionKind.Rope && config.RopeDimensions == config.HeadSize && config.IsGated && !config.Bias;
        return (isLlama, config.QkNorm, config.Window > 0) switch
        {
            (true, false, false) => ModelLayout.Llama,
            (true, true, false) => ModelLayout.Qwen3,
            (true, false, true) => ModelLayout.Mistral,
            _ => ModelLayout.PureLlm,
        };
    }

    /// <summary>The class name in config.json.</summary>
    public static string ArchitectureName(ModelLayout layout) => layout switch
    {
        ModelLayout.Gpt2 => "GPT2LMHeadModel",
        ModelLayout.Llama => "LlamaForCausalLM",
        ModelLayout.Qwen3 => "Qwen3ForCausalLM",
        ModelLayout.Mistral => "MistralForCausalLM",
        _ => "PureLlmForCausalLM",
    };

    /// <summary>The model_type in config.json.</summary>
    public static string ModelType(ModelLayout layout) => layout == ModelLayout.PureLlm ? "pure_llm" : layout.ToString().ToLowerInvariant();

    /// <summary>The layout that a config.json names, or null.</summary>
    public static ModelLayout? Find(string modelType) =>
        Enum.GetValues<ModelLayout>().Cast<ModelLayout?>().FirstOrDefault(layout => ModelType(layout!.Value) == modelType);
}
