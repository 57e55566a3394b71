namespace PureLlm.Engine.Configuration;

/// <summary>[model]: the shape of the network. The defaults are those of preset "tiny".</summary>
/// <remarks>The vocabulary's size belongs to the tokenizer. Three numbers are derived from others until they are set: <see cref="KeyValueHeads"/>,
/// <see cref="HeadSize"/> and <see cref="MlpWidth"/>; <see cref="Resolve"/> fixes them.</remarks>
public sealed record ModelConfig
{
    /// <summary>The preset that these values started from: "tiny", "gpt2", "llama", "transformer-2017" (<see cref="ModelPresets"/>).</summary>
    public string Preset { get; init; } = "tiny";

    public Architecture Architecture { get; init; } = Architecture.Decoder;

    /// <summary>Blocks; in an encoder-decoder those of the decoder.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Blocks of the encoder (encoder-decoder only); <see cref="Layers"/> until set.</summary>
    public int EncoderLayers { get => field == 0 ? Layers : field; init; }

    /// <summary>C, the width of the residual stream.</summary>
    public int Width { get; init; } = 64;

    /// <summary>H, the query heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads: <see cref="Heads"/> (multi-head) until set; fewer is grouped-query, 1 multi-query attention.</summary>
    public int KeyValueHeads { get => field == 0 ? Heads : field; init; }

    /// <summary>D, the size of one head: <see cref="Width"/> / <see cref="Heads"/> until set.</summary>
    public int HeadSize { get => field == 0 ? Width / Math.Max(1, Heads) : field; init; }

    /// <summary>T, the longest window in tokens.</summary>
    public int Context { get; init; } = 128;

    public MlpKind Mlp { get; init; } = MlpKind.Relu2;

    /// <summary>Inner width of the feed-forward part; until set 4·width, or for a gated one int(2/3·4·width) rounded up to <see cref="MlpMultipleOf"/>.</summary>
    public int MlpWidth { get => field == 0 ? DefaultMlpWidth : field; init; }

    /// <summary>The gated default of <see cref="MlpWidth"/> is a multiple of this (Llama: 256 at scale, 32 in small models).</summary>
    public int MlpMultipleOf { get; init; } = 32;

    public NormKind Norm { get; init; } = NormKind.RmsNorm;

    public NormPosition NormPosition { get; init; } = NormPosition.Pre;

    public double NormEpsilon { get; init; } = 1e-5;

    public PositionKind Position { get; init; } = PositionKind.Learned;

    /// <summary>Base of the rotary wavelengths (Su et al. 2021, arXiv 2104.09864).</summary>
    public double RopeTheta { get; init; } = 10000;

    public RopeStyle RopeStyle { get; init; } = RopeStyle.Half;

    /// <summary>Share of each head's coordinates that turn; <see cref="RopeDimensions"/> is the number.</summary>
    public double RopeFraction { get; init; } = 1;

    /// <summary>RMSNorm on every query and key head, before the rotation.</summary>
    public bool QkNorm { get; init; }

    /// <summary>Sliding window: a token sees itself and the Window − 1 before it; 0 sees all.</summary>
    public int Window { get; init; }

    /// <summary>Bias vectors in linear layers and LayerNorm.</summary>
    public bool Bias { get; init; }

    /// <summary>The output projection is the embedding matrix, transposed.</summary>
    public bool Tie { get; init; }

    public double Dropout { get; init; }

    public InitKind Init { get; init; } = InitKind.Gpt2;

    public double InitStd { get; init; } = 0.02;

    /// <summary>A folder in the checkpoint format whose weights the run starts from; empty: random weights.</summary>
    public string InitFrom { get; init; } = "";

    /// <summary>SwiGLU or GeGLU: three matrices gate, up, down instead of two.</summary>
    public bool IsGated => Mlp is MlpKind.Swiglu or MlpKind.Geglu;

    public bool IsEncoderDecoder => Architecture == Architecture.EncoderDecoder;

    /// <summary>Even number of coordinates of each head that the rotary embedding turns; 0 without one.</summary>
    public int RopeDimensions => Position == PositionKind.Rope ? (int)(HeadSize * RopeFraction) / 2 * 2 : 0;

    private int DefaultMlpWidth
    {
        get
        {
            int multiple = Math.Max(1, MlpMultipleOf);
            return IsGated ? ((int)(8L * Width / 3) + multiple - 1) / multiple * multiple : 4 * Width;
        }
    }

    /// <summary>The same model with every derived number fixed, so that a later <c>with</c> changes only what it names.</summary>
    public ModelConfig Resolve() => this with { EncoderLayers = EncoderLayers, KeyValueHeads = KeyValueHeads, HeadSize = HeadSize, MlpWidth = MlpWidth };
}
