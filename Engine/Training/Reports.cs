using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;

namespace PureLlm.Engine.Training;

/// <summary>What a run is going to do, known before its first step.</summary>
public sealed record TrainingPlan
{
    /// <summary>The configuration with its time budgets turned into steps, as config.resolved.toml holds it.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Learned numbers.</summary>
    public required long Parameters { get; init; }

    public required int VocabularySize { get; init; }

    public required long TrainingTokens { get; init; }

    public required long ValidationTokens { get; init; }

    /// <summary>Updates of the whole run.</summary>
    public required long Steps { get; init; }

    /// <summary>Updates that a checkpoint has done already; 0 for a new run.</summary>
    public required long FirstStep { get; init; }

    /// <summary>Target tokens of one step.</summary>
    public required long TokensPerStep { get; init; }

    /// <summary>Steps between evaluations; 0: only at the end.</summary>
    public required long EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints; 0: only at the end.</summary>
    public required long CheckpointEvery { get; init; }

    /// <summary>Lowest loss that the validation text allows, in nats per token, where that is known.</summary>
    public double? Floor { get; init; }

    /// <summary>Seconds that the run will take, where a calibration measured them.</summary>
    public double? ExpectedSeconds { get; init; }

    /// <summary>Loss of guessing among all tokens, ln V: about where training starts.</summary>
    public double GuessingLoss => Math.Log(VocabularySize);
}

/// <summary>One training step: a line of metrics.jsonl. NaN for what was not measured.</summary>
/// <param name="Step">Updates that are done; 0 for the evaluation before the first.</param>
/// <param name="Seconds">Seconds since the run began, over all sittings.</param>
/// <param name="Tokens">Target tokens seen.</param>
/// <param name="Loss">Mean training loss of the step's tokens in nats, before its update.</param>
/// <param name="ValidationLoss">Mean validation loss in nats per token, after the update.</param>
/// <param name="LearningRate">Of this update.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="TokensPerSecond">Of this step alone, without evaluation and saving.</param>
public readonly record struct StepReport(
    long Step, double Seconds, long Tokens, double Loss, double ValidationLoss, double LearningRate, double GradientNorm, double TokensPerSecond);

/// <summary>An evaluation on held-out text.</summary>
/// <param name="Step">Updates that are done.</param>
/// <param name="Seconds">Seconds since the run began.</param>
/// <param name="Loss">Mean loss in nats per token.</param>
/// <param name="IsFinal">True for the one over the whole split at the end.</param>
public readonly record struct EvaluationReport(long Step, double Seconds, double Loss, bool IsFinal);

/// <summary>Text that the model wrote after the pinned prompt.</summary>
public sealed record SampleReport(long Step, double Seconds, string Prompt, string Text);

/// <summary>The generator's own measures of what the model writes.</summary>
public sealed record ScoreReport(long Step, double Seconds, IReadOnlyList<CorpusScore> Scores, bool IsFinal);

/// <summary>A checkpoint that is safely on the disk.</summary>
public sealed record CheckpointReport(long Step, string Folder, bool IsBest);

/// <summary>How a run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps are done.</summary>
    Completed,

    /// <summary>It was asked to stop, and saved.</summary>
    Interrupted,

    /// <summary>It was asked twice, and did not save.</summary>
    Abandoned,

    /// <summary>A break rule stopped it.</summary>
    Broke,
}

/// <summary>What a run came to; the source of result.json.</summary>
public sealed record TrainingResult
{
    public required TrainingOutcome Outcome { get; init; }

    /// <summary>Updates that are done.</summary>
    public required long Steps { get; init; }

    public required long Tokens { get; init; }

    /// <summary>Seconds of work, over all sittings.</summary>
    public required double Seconds { get; init; }

    /// <summary>Tokens per second of the training steps alone.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Mean loss over the held-out text, where the run came to its end and has one.</summary>
    public double? ValidationLoss { get; init; }

    public double? Floor { get; init; }

    /// <summary>Largest memory of the process.</summary>
    public long PeakBytes { get; init; }

    /// <summary>SHA-256 of the parameter values in the slab's order.</summary>
    public string? WeightsSha256 { get; init; }

    public IReadOnlyList<CorpusScore> Scores { get; init; } = [];

    /// <summary>The newest checkpoint's folder.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Why it stopped, where a break rule did it.</summary>
    public BreakReport? Break { get; init; }
}
