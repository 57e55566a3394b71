using System.Text.Json;
using System.Text.Json.Nodes;
using PureLlm.Engine.Configuration;
using PureLlm.Engine.Configuration.Schema;

namespace PureLlm.Engine.Formats;

/// <summary>Writes config.json: Hugging Face's keys, and under "pure_llm" the keys of [model] that those cannot say.</summary>
internal static class ConfigJsonWriter
{
    /// <summary>Keys of [model] that Hugging Face's configurations have no word for.</summary>
    public static readonly string[] OwnKeys = ["preset", "rope_style", "dropout", "init", "init_std", "mlp_multiple_of"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <param name="endOfText">The id that ends a text, or null.</param>
    public static byte[] Write(ModelConfig config, int vocabularySize, int? endOfText)
    {
        ModelLayout layout = ModelLayouts.Of(config);
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray(ModelLayouts.ArchitectureName(layout)),
            ["model_type"] = ModelLayouts.ModelType(layout),
            ["torch_dtype"] = "float32",
            ["vocab_size"] = vocabularySize,
            ["bos_token_id"] = endOfText,
            ["eos_token_id"] = endOfText,
            ["tie_word_embeddings"] = config.Tie,
        };
        if (layout == ModelLayout.Gpt2) { Gpt2(json, config); }
        else if (layout != ModelLayout.PureLlm) { Llama(json, config, layout); }
        json["pure_llm"] = Own(config, layout);
        return [.. JsonSerializer.SerializeToUtf8Bytes(json, Indented), (byte)'\n'];
    }

    private static void Gpt2(JsonObject json, ModelConfig config)
    {
        json["n_positions"] = config.Context;
        json["n_ctx"] = config.Context;
        json["n_embd"] = config.Width;
        json["n_layer"] = config.Layers;
        json["n_head"] = config.Heads;
        json["n_inner"] = config.MlpWidth;
        json["activation_function"] = ActivationNames.Of(config.Mlp);
        json["layer_norm_epsilon"] = config.NormEpsilon;
        json["initializer_range"] = config.InitStd;
        json["embd_pdrop"] = config.Dropout;
        json["resid_pdrop"] = config.Dropout;
        json["attn_pdrop"] = 0.0;
    }

    private static void Llama(JsonObject json, ModelConfig config, ModelLayout layout)
    {
        json["max_position_embeddings"] = config.Context;
        json["hidden_size"] = config.Width;
        json["num_hidden_layers"] = config.Layers;
        json["num_attention_heads"] = config.Heads;
        json["num_key_value_heads"] = config.KeyValueHeads;
        json["head_dim"] = config.HeadSize;
        json["intermediate_size"] = config.MlpWidth;
        json["hidden_act"] = ActivationNames.Of(config.Mlp);
        json["rms_norm_eps"] = config.NormEpsilon;
        json["rope_theta"] = config.RopeTheta;
        json["initializer_range"] = config.InitStd;
        json["attention_bias"] = false;
        json["attention_dropout"] = 0.0;
        if (layout == ModelLayout.Llama) { json["mlp_bias"] = false; }
        if (layout == ModelLayout.Qwen3) { json["use_sliding_window"] = false; }
        if (layout == ModelLayout.Mistral) { json["sliding_window"] = config.Window; }
    }

    /// <summary>Keys and values as in TOML; numbers, strings and booleans are spelled alike in both.</summary>
    private static JsonObject Own(ModelConfig config, ModelLayout layout)
    {
        RunConfig run = new() { Model = config };
        JsonObject own = [];
        foreach (ConfigKey key in ConfigSchema.KeysOf("model"))
        {
            if (key.Name != "init_from" && (layout == ModelLayout.PureLlm || OwnKeys.Contains(key.Name))) { own[key.Name] = JsonNode.Parse(key.Text(run)); }
        }
        return own;
    }
}
