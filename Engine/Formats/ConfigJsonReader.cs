using System.Text;
using System.Text.Json;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Formats;

/// <summary>Reads config.json of the layouts in <see cref="ModelLayout"/>; what a model here cannot do is an error, never ignored.</summary>
internal sealed class ConfigJsonReader
{
    private readonly string path;
    private readonly JsonElement root;

    private ConfigJsonReader(string path, JsonElement root) => (this.path, this.root) = (path, root);

    /// <exception cref="ModelFileException">The file is missing, damaged, or describes a model that is not supported.</exception>
    public static (ModelConfig Config, int VocabularySize, ModelLayout Layout) Read(string path)
    {
        if (!File.Exists(path)) { throw new ModelFileException(path, "there is no such file; a model folder holds config.json and model.safetensors."); }
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new ConfigJsonReader(path, document.RootElement).Read();
        }
        catch (JsonException error)
        {
            throw new ModelFileException($"{path}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}", "not valid JSON; the file is cut off or damaged.", error);
        }
    }

    private (ModelConfig, int, ModelLayout) Read()
    {
        if (root.ValueKind != JsonValueKind.Object) { throw new ModelFileException(path, "the file is not a JSON object."); }
        string type = Text("model_type");
        ModelLayout layout = ModelLayouts.Find(type) ?? throw new ModelFileException(path, $"model_type '{type}' is not supported; known are {string.Join(", ", Enum.GetValues<ModelLayout>().Select(ModelLayouts.ModelType))}.");
        if (layout == ModelLayout.PureLlm) { return (Own(new ModelConfig(), all: true), Whole("vocab_size"), layout); }
        ModelConfig config = Own(layout == ModelLayout.Gpt2 ? Gpt2() : Llama(layout), all: false);
        if (ModelLayouts.Of(config) != layout) { throw new ModelFileException(path, $"the values do not describe a {ModelLayouts.ArchitectureName(layout)}: {config}"); }
        return (config, Whole("vocab_size"), layout);
    }

    private ModelConfig Gpt2()
    {
        Refuse("scale_attn_weights", JsonValueKind.False);
        Refuse("scale_attn_by_inverse_layer_idx", JsonValueKind.True);
        Refuse("add_cross_attention", JsonValueKind.True);
        int width = Whole("n_embd");
        return new ModelConfig
        {
            Preset = "gpt2",
            Layers = Whole("n_layer", 10_000),
            Width = width,
            Heads = Whole("n_head"),
            Context = Whole(root.TryGetProperty("n_positions", out _) ? "n_positions" : "n_ctx"),
            Mlp = Activation("activation_function", isGated: false, "gelu_new"),
            MlpWidth = Has("n_inner") ? Whole("n_inner") : 4 * width,
            Norm = NormKind.LayerNorm,
            NormEpsilon = Number("layer_norm_epsilon", 1e-5),
            Position = PositionKind.Learned,
            Bias = true,
            Tie = Flag("tie_word_embeddings", true),
            Dropout = Number("resid_pdrop", 0),
            InitStd = Number("initializer_range", 0.02),
        };
    }

    private ModelConfig Llama(ModelLayout layout)
    {
        Refuse("attention_bias", JsonValueKind.True);
        Refuse("mlp_bias", JsonValueKind.True);
        Refuse("use_sliding_window", JsonValueKind.True);
        RefuseScaling("rope_scaling");
        int width = Whole("hidden_size"), heads = Whole("num_attention_heads");
        return new ModelConfig
        {
            Preset = "llama",
            Layers = Whole("num_hidden_layers", 10_000),
            Width = width,
            Heads = heads,
            KeyValueHeads = Has("num_key_value_heads") ? Whole("num_key_value_heads") : heads,
            HeadSize = Has("head_dim") ? Whole("head_dim") : width / heads,
            Context = Whole("max_position_embeddings"),
            Mlp = Activation("hidden_act", isGated: true, "silu"),
            MlpWidth = Whole("intermediate_size"),
            Norm = NormKind.RmsNorm,
            NormEpsilon = Number("rms_norm_eps", 1e-6),
            Position = PositionKind.Rope,
            RopeTheta = RopeTheta(),
            QkNorm = layout == ModelLayout.Qwen3,
            Window = layout == ModelLayout.Mistral && Has("sliding_window") ? Whole("sliding_window") : 0,
            Tie = Flag("tie_word_embeddings", false),
            InitStd = Number("initializer_range", 0.02),
        };
    }

    /// <summary>The base of the wavelengths: its own key, or newer inside rope_parameters.</summary>
    private double RopeTheta()
    {
        if (!root.TryGetProperty("rope_parameters", out JsonElement rope) || rope.ValueKind != JsonValueKind.Object) { return Number("rope_theta", 10000); }
        RefuseScaling("rope_parameters");
        return new ConfigJsonReader(path, rope).Number("rope_theta", 10000);
    }

    /// <summary>Puts the keys under "pure_llm" over what is known; they go through the same reader and checks as a configuration file.</summary>
    private ModelConfig Own(ModelConfig known, bool all)
    {
        if (!root.TryGetProperty("pure_llm", out JsonElement own)) { return all ? throw new ModelFileException(path, "'pure_llm' is missing; it holds the keys of [model].") : known.Resolve(); }
        if (own.ValueKind != JsonValueKind.Object) { throw new ModelFileException(path, "'pure_llm' is not an object."); }
        StringBuilder toml = new("[model]\n");
        foreach (JsonProperty property in own.EnumerateObject().Where(property => all || ConfigJsonWriter.OwnKeys.Contains(property.Name)))
        {
            if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)) { throw new ModelFileException(path, $"'pure_llm.{property.Name}' is not a text, number or truth value."); }
            toml.Append(property.Name).Append(" = ").Append(property.Value.GetRawText()).Append('\n');
        }
        if (ConfigLoader.TryParse($"{path} (pure_llm)", toml.ToString(), [], out IReadOnlyList<Diagnostic> diagnostics) is not LoadedConfig loaded)
        {
            throw new ModelFileException(path, $"the values under 'pure_llm' do not fit: {string.Join("; ", diagnostics.Select(item => item.Message))}.");
        }
        ModelConfig read = loaded.Config.Model;
        return all ? read.Resolve() : known.Resolve() with
        {
            Preset = read.Preset,
            RopeStyle = read.RopeStyle,
            Dropout = read.Dropout,
            Init = read.Init,
            InitStd = read.InitStd,
            MlpMultipleOf = read.MlpMultipleOf,
        };
    }

    private bool Has(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private int Whole(string key, int maximum = int.MaxValue)
    {
        if (!Has(key)) { throw new ModelFileException(path, $"'{key}' is missing."); }
        JsonElement value = root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0 && number <= maximum ? number : throw new ModelFileException(path, $"'{key}' is {value.GetRawText()}; it must be a whole number from 1 to {maximum:N0}.");
    }

    private double Number(string key, double missing)
    {
        if (!Has(key)) { return missing; }
        JsonElement value = root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw new ModelFileException(path, $"'{key}' is {value.GetRawText()}; it must be a number.");
    }

    private bool Flag(string key, bool missing) => !Has(key) ? missing : root.GetProperty(key).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ModelFileException(path, $"'{key}' is {root.GetProperty(key).GetRawText()}; it must be true or false."),
    };

    private string Text(string key) =>
        Has(key) && root.GetProperty(key).ValueKind == JsonValueKind.String ? root.GetProperty(key).GetString()! : throw new ModelFileException(path, $"'{key}' is missing or no text.");

    private MlpKind Activation(string key, bool isGated, string missing)
    {
        string name = Has(key) ? Text(key) : missing;
        return ActivationNames.Find(name, isGated) ?? throw new ModelFileException(path, $"'{key}' is '{name}'; known are {ActivationNames.Known(isGated)}.");
    }

    private void Refuse(string key, JsonValueKind kind)
    {
        if (root.TryGetProperty(key, out JsonElement value) && value.ValueKind == kind) { throw new ModelFileException(path, $"'{key}' = {value.GetRawText()} is not supported."); }
    }

    private void RefuseScaling(string key)
    {
        if (!Has(key) || root.GetProperty(key).ValueKind != JsonValueKind.Object) { return; }
        foreach (string field in (string[])["rope_type", "type"])
        {
            if (root.GetProperty(key).TryGetProperty(field, out JsonElement kind) && !kind.ValueEquals("default")) { throw new ModelFileException(path, $"'{key}.{field}' = {kind.GetRawText()} is not supported; only unscaled rotary positions are."); }
        }
    }
}
