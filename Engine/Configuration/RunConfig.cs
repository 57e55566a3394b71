using PureLlm.Autograd.Memory;

namespace PureLlm.Engine.Configuration;

/// <summary>Everything that decides a run: one record per table of the TOML file, with the defaults of <c>tiny.toml</c>.</summary>
public sealed record RunConfig
{
    /// <summary>The only version of the format so far.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public RunSection Run { get; init; } = new();

    public DataSection Data { get; init; } = new();

    public TokenizerSection Tokenizer { get; init; } = new();

    public ModelConfig Model { get; init; } = new();

    public TrainSection Train { get; init; } = new();

    public PrecisionSection Precision { get; init; } = new();

    /// <summary>How the training tape saves memory.</summary>
    public TapeMemory TapeMemory => new(Train.Recompute, Precision.Activations);

    public EvalSection Eval { get; init; } = new();

    public CheckpointSection Checkpoint { get; init; } = new();

    public BreakSection Break { get; init; } = new();
}

/// <summary>[run]</summary>
public sealed record RunSection
{
    /// <summary>The results go to runs/&lt;name&gt;; until set the name of the configuration file.</summary>
    public string Name { get; init; } = "run";

    public long Seed { get; init; } = 1337;

    /// <summary>Free text, copied to the report.</summary>
    public string Notes { get; init; } = "";
}

/// <summary>[data]</summary>
public sealed record DataSection
{
    /// <summary>The generators that need no file.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["stories", "sort", "copy", "reverse", "names"];

    /// <summary>One built-in generator, or text files and globs, or .bin token files.</summary>
    public Values<string> Source { get; init; } = ["stories"];

    /// <summary>Bytes of text that a generator makes.</summary>
    public long Size { get; init; } = 2_000_000;

    /// <summary>Share of the text held out; 0 holds out nothing. Not used where <see cref="ValidationFile"/> is set.</summary>
    public double ValidationShare { get; init; } = 0.03;

    /// <summary>A file, glob or .bin to validate on; empty: <see cref="ValidationShare"/> of the source.</summary>
    public string ValidationFile { get; init; } = "";

    public WindowAlignment Align { get; init; } = WindowAlignment.Document;

    public DataOrder Order { get; init; } = DataOrder.Shuffled;

    /// <summary>Share of stories that are followed by a question and its answer.</summary>
    public double Questions { get; init; } = 0.5;

    /// <summary>The generator's name, or null where <see cref="Source"/> names files.</summary>
    public string? Generator => Source is [var only] && BuiltIn.Contains(only) ? only : null;
}

/// <summary>[tokenizer]</summary>
public sealed record TokenizerSection
{
    public TokenizerKind Kind { get; init; } = TokenizerKind.Bpe;

    /// <summary>The tokenizer.json of kind "file:path"; otherwise empty.</summary>
    public string File { get; init; } = "";

    /// <summary>Entries of a byte-pair vocabulary, the 256 bytes included; the limit of kind "words"; other kinds ignore it.</summary>
    public int Vocabulary { get; init; } = 512;
}

/// <summary>[eval]</summary>
public sealed record EvalSection
{
    /// <summary>Distance between two evaluations; 0: only at the end.</summary>
    public Budget Every { get; init; } = Budget.Seconds(10);

    /// <summary>Batches of validation windows per evaluation while training; 0: the whole split.</summary>
    public int Batches { get; init; } = 20;

    /// <summary>Batches of the evaluation at the end; 0: the whole split.</summary>
    public int FinalBatches { get; init; }

    /// <summary>The generator's own scores (grammar, names, questions), where the corpus has them.</summary>
    public bool Scores { get; init; } = true;

    public SampleSection Sample { get; init; } = new();
}

/// <summary>eval.sample: the text that is sampled at every evaluation, from the same prompt each time.</summary>
public sealed record SampleSection
{
    public string Prompt { get; init; } = "Once upon a time";

    /// <summary>Tokens to generate; 0: no samples.</summary>
    public int Tokens { get; init; } = 80;

    /// <summary>0 takes the most likely token.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>1 is off.</summary>
    public double TopP { get; init; } = 1;

    public long Seed { get; init; } = 1;
}

/// <summary>[checkpoint]</summary>
public sealed record CheckpointSection
{
    /// <summary>Distance between two checkpoints; 0: only at the end.</summary>
    public Budget Every { get; init; } = Budget.Seconds(30);

    /// <summary>How many of the latest are kept.</summary>
    public int Keep { get; init; } = 3;

    /// <summary>The one with the lowest validation loss is kept as well.</summary>
    public bool Best { get; init; } = true;
}

/// <summary>[break]</summary>
public sealed record BreakSection
{
    /// <summary>The rules, tried in order after every step.</summary>
    public Values<BreakRule> On { get; init; } = [BreakRule.Parse("nan"), BreakRule.Parse("gnorm > 100"), BreakRule.Parse("loss > 2 * best")];

    public BreakAction Then { get; init; } = BreakAction.Snapshot;
}
