namespace PureLlm.Engine.Configuration;

/// <summary>The spelling of an enumeration's member in TOML, where it is not the member's name in lower case with hyphens.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class SpelledAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>[model] architecture.</summary>
public enum Architecture { Decoder, EncoderDecoder }

/// <summary>[model] mlp: the activation of the feed-forward part; <see cref="Swiglu"/> and <see cref="Geglu"/> are gated (Shazeer 2020, arXiv 2002.05202).</summary>
public enum MlpKind { Relu, Relu2, Gelu, GeluErf, Silu, Swiglu, Geglu }

/// <summary>[model] norm.</summary>
public enum NormKind
{
    [Spelled("rmsnorm")] RmsNorm,
    [Spelled("layernorm")] LayerNorm,
}

/// <summary>[model] norm_position: before the sublayer (GPT-2, Llama) or after the residual addition (2017).</summary>
public enum NormPosition { Pre, Post }

/// <summary>[model] position.</summary>
public enum PositionKind { Learned, Rope, Sinusoidal, None }

/// <summary>[model] rope_style: which two coordinates turn together: (i, i + d/2) or (2i, 2i + 1).</summary>
public enum RopeStyle { Half, Interleaved }

/// <summary>[model] init: the distribution of the weight matrices at the start.</summary>
/// <remarks><see cref="Gpt2"/>: N(0, init_std), projections that write to the residual stream N(0, init_std / √(2 layers)) (Radford et al. 2019);
/// <see cref="Normal"/>: N(0, init_std) everywhere; Xavier: Glorot and Bengio 2010; Kaiming: He et al. 2015, arXiv 1502.01852.
/// Biases start at 0 and norm weights at 1 in all of them; embeddings are N(0, init_std) whatever is chosen.
/// The output matrix, also where it is the embedding, starts smaller where the width is large, so that the loss starts at ln V: at most 0.25 / √width.</remarks>
public enum InitKind { Gpt2, Normal, XavierUniform, XavierNormal, KaimingUniform, KaimingNormal }

/// <summary>[data] align: where training windows start.</summary>
public enum WindowAlignment { Document, Any }

/// <summary>[data] order.</summary>
public enum DataOrder { Shuffled, Sequential }

/// <summary>[tokenizer] kind.</summary>
public enum TokenizerKind { Chars, Bytes, Words, Bpe, File }

/// <summary>[train] optimizer.</summary>
public enum OptimizerKind { [Spelled("adamw")] AdamW, Sgd, Muon }

/// <summary>[train] schedule: the learning rate over the run.</summary>
public enum ScheduleKind { WarmupStableDecay, Cosine, Linear, Constant }

/// <summary>[train] cooldown_shape: how warmup-stable-decay falls at the end.</summary>
public enum CooldownShape { [Spelled("1-sqrt")] OneMinusSqrt, Linear, Cosine }

/// <summary>[break] then.</summary>
public enum BreakAction { Snapshot, Stop, Ignore }
