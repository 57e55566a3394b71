namespace PureLlm.Engine.Configuration.Schema;

/// <content>[model]</content>
public static partial class ConfigSchema
{
    private static IEnumerable<ConfigKey> ModelKeys()
    {
        var model = new ConfigTable<ModelConfig>("model", "", c => c.Model, (c, m) => c with { Model = m });
        yield return model.Key("preset", new WordType([.. ModelPresets.All.Select(preset => preset.Preset)]), m => m.Preset, (m, v) => m with { Preset = v },
            "Starting point that sets the other keys of [model].",
            "tiny learns the built-in stories in two minutes; gpt2 is GPT-2 124M; llama is the 15M story model; transformer-2017 is the base model of \"Attention Is All You Need\". A key that is written wins over the preset.", "\"gpt2\"",
            ["base", "model_type"]);
        yield return model.Key("architecture", new ChoiceType<Architecture>(), m => m.Architecture, (m, v) => m with { Architecture = v },
            "decoder (GPT, Llama) or encoder-decoder (2017).",
            "A decoder continues text. The encoder-decoder reads a source with an encoder and writes a target with cross-attention; it needs data in pairs.", "\"decoder\"",
            ["arch"]);
        yield return model.Key("layers", new IntegerType(1, 10_000), m => m.Layers, (m, v) => m with { Layers = (int)v },
            "Number of transformer blocks.", "Depth. Cost and parameters grow in proportion; a small budget is spent better on steps than on layers.", "4",
            ["n_layer", "n_layers", "num_layers", "num_hidden_layers", "depth", "blocks"]);
        yield return model.Key("encoder_layers", new IntegerType(1, 10_000), m => m.EncoderLayers, (m, v) => m with { EncoderLayers = (int)v },
            "Number of encoder blocks of an encoder-decoder.", "A decoder has none.", "2", ["num_encoder_layers"], derivedFrom: "layers");
        yield return model.Key("width", new IntegerType(1, 1_000_000), m => m.Width, (m, v) => m with { Width = (int)v },
            "Width of the residual stream.", "Parameters grow with its square. It must be divisible by heads; multiples of 16 per head are fastest.", "128",
            ["n_embd", "d_model", "dim", "hidden_size", "embedding_size", "channels"]);
        yield return model.Key("heads", new IntegerType(1, 100_000), m => m.Heads, (m, v) => m with { Heads = (int)v },
            "Number of attention heads.", "Each head looks at width/heads coordinates. More heads look at more places at once, each with less detail.", "8",
            ["n_head", "n_heads", "num_heads", "num_attention_heads"]);
        yield return model.Key("kv_heads", new IntegerType(1, 100_000), m => m.KeyValueHeads, (m, v) => m with { KeyValueHeads = (int)v },
            "Number of key and value heads.", "Fewer than heads is grouped-query attention, 1 is multi-query (arXiv 2305.13245, 1911.02150): the cache of generation shrinks in proportion. Must divide heads.", "2",
            ["n_kv_head", "n_kv_heads", "num_key_value_heads"], derivedFrom: "heads");
        yield return model.Key("head_size", new IntegerType(1, 100_000), m => m.HeadSize, (m, v) => m with { HeadSize = (int)v },
            "Size of one head.", "When set, heads need not divide width: queries are heads·head_size wide. Rotary positions need an even number.", "32",
            ["head_dim", "d_head", "d_k"], derivedFrom: "width / heads");
        yield return model.Key("context", new IntegerType(1, 10_000_000), m => m.Context, (m, v) => m with { Context = (int)v },
            "Tokens that the model can look back.", "The length of a training window. Attention grows with its square, everything else in proportion.", "256",
            ["block_size", "context_length", "max_seq_len", "seq_len", "sequence_length", "n_ctx", "ctx", "max_position_embeddings"]);
        yield return model.Key("mlp", new ChoiceType<MlpKind>(), m => m.Mlp, (m, v) => m with { Mlp = v },
            "Activation of the feed-forward part.", "relu (2017), gelu (GPT-2, tanh form), gelu-erf (exact), silu, relu2 (arXiv 2109.08668); swiglu and geglu are gated: three matrices instead of two.", "\"swiglu\"",
            ["activation", "act", "hidden_act", "ffn"]);
        yield return model.Key("mlp_width", new IntegerType(1, 10_000_000), m => m.MlpWidth, (m, v) => m with { MlpWidth = (int)v },
            "Inner width of the feed-forward part.", "4·width, or for a gated one 2/3 of that rounded up to mlp_multiple_of, so that both have about as many parameters.", "512",
            ["d_ff", "ffn_dim", "intermediate_size", "n_inner", "hidden_dim"], derivedFrom: "mlp and width");
        yield return model.Key("mlp_multiple_of", new IntegerType(1, 1_000_000), m => m.MlpMultipleOf, (m, v) => m with { MlpMultipleOf = (int)v },
            "What a gated feed-forward width is rounded up to.", "Multiples of 32 fill the vector registers.", "64", ["multiple_of"]);
        yield return model.Key("norm", new ChoiceType<NormKind>(), m => m.Norm, (m, v) => m with { Norm = v },
            "rmsnorm (Llama) or layernorm (2017, GPT-2).", "RMSNorm (arXiv 1910.07467) drops the mean and is cheaper at the same quality.", "\"layernorm\"",
            ["normalization", "norm_type"]);
        yield return model.Key("norm_position", new ChoiceType<NormPosition>(), m => m.NormPosition, (m, v) => m with { NormPosition = v },
            "Norm before each sublayer (pre) or after its residual addition (post).", "Post, as in 2017, needs a warm-up; pre, as in GPT-2, trains without care.", "\"post\"", ["pre_norm", "norm_first"]);
        yield return model.Key("norm_epsilon", new NumberType(0, 1, excludesMinimum: true), m => m.NormEpsilon, (m, v) => m with { NormEpsilon = v },
            "Added under the root of a norm.", "Keeps a row of zeros from dividing by zero.", "1e-6", ["eps", "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps"]);
        yield return model.Key("position", new ChoiceType<PositionKind>(), m => m.Position, (m, v) => m with { Position = v },
            "How a token knows its place: learned, rope, sinusoidal or none.", "learned: a table, no longer than context; rope: queries and keys turn by their position (arXiv 2104.09864); sinusoidal: fixed waves are added; none: only the causal mask tells.", "\"rope\"",
            ["pos", "positional_encoding", "position_embedding", "pos_emb"]);
        yield return model.Key("rope_theta", new NumberType(0, excludesMinimum: true), m => m.RopeTheta, (m, v) => m with { RopeTheta = v },
            "Base of the rotary wavelengths.", "Longer contexts use a larger base (Llama 3: 500000).", "500000.0", ["rope_base", "theta"]);
        yield return model.Key("rope_style", new ChoiceType<RopeStyle>(), m => m.RopeStyle, (m, v) => m with { RopeStyle = v },
            "Which coordinates turn together: (i, i + d/2) or (2i, 2i + 1).", "half is the layout of Hugging Face files, interleaved that of Meta's; the same model after a permutation of the query and key matrices.", "\"interleaved\"");
        yield return model.Key("rope_fraction", new NumberType(0, 1, excludesMinimum: true, includesMaximum: true), m => m.RopeFraction, (m, v) => m with { RopeFraction = v },
            "Share of each head's coordinates that turn.", "Partial rotary: some models turn a quarter and leave the rest without position.", "0.25", ["partial_rotary_factor", "rotary_pct"]);
        yield return model.Key("qk_norm", new BooleanType(), m => m.QkNorm, (m, v) => m with { QkNorm = v },
            "RMSNorm on queries and keys.", "Keeps attention scores from growing (arXiv 2010.04245); allows a higher learning rate.", "true");
        yield return model.Key("window", new IntegerType(0, 10_000_000), m => m.Window, (m, v) => m with { Window = (int)v },
            "Sliding window: how many tokens a token sees, itself included; 0 is all.", "Attention costs context·window instead of context²; distant tokens are reached through layers.", "64", ["sliding_window", "attention_window"]);
        yield return model.Key("bias", new BooleanType(), m => m.Bias, (m, v) => m with { Bias = v },
            "Bias vectors in linear layers and LayerNorm.", "GPT-2 and 2017 have them, Llama does not.", "true");
        yield return model.Key("tie", new BooleanType(), m => m.Tie, (m, v) => m with { Tie = v },
            "Share the embedding matrix with the output layer.", "Saves vocabulary × width parameters (arXiv 1608.05859).", "true", ["tie_weights", "weight_tying", "tie_word_embeddings", "tied"]);
        yield return model.Key("dropout", new NumberType(0, 1), m => m.Dropout, (m, v) => m with { Dropout = v },
            "Share of activations dropped while training.", "0 for a single pass over the data; 0.1 to 0.2 when a small text is seen many times. Acts on the embedding and on what attention and the feed-forward part add; attention probabilities are not dropped.", "0.2", ["drop", "dropout_rate", "resid_pdrop"]);
        yield return model.Key("init", new ChoiceType<InitKind>(), m => m.Init, (m, v) => m with { Init = v },
            "Distribution of the weights at the start.", "gpt2: N(0, init_std), and init_std / √(2·layers) where a sublayer writes to the residual stream; normal: init_std everywhere; xavier and kaiming scale with the matrix's size.", "\"xavier-uniform\"", ["initializer", "initialization"]);
        yield return model.Key("init_std", new NumberType(0, excludesMinimum: true), m => m.InitStd, (m, v) => m with { InitStd = v },
            "Standard deviation of the normal weights at the start.", "0.02 suits widths from 64 to 1024; embeddings use it, and the output matrix up to 0.25 / √width, so that the loss starts at ln(vocabulary).", "0.02", ["initializer_range", "std"]);
        yield return model.Key("init_from", new TextType(), m => m.InitFrom, (m, v) => m with { InitFrom = v },
            "Folder with config.json and model.safetensors to start from.", "The shapes must be those of this model. Optimizer and step start anew; to go on with a run use --resume.", "\"runs/tiny/checkpoints/best\"", ["checkpoint", "pretrained", "load", "weights"]);
    }
}
