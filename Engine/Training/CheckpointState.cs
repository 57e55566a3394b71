using System.Text.Json;
using System.Text.Json.Serialization;

namespace PureLlm.Engine.Training;

/// <summary>Where a run stood when it was saved: <c>state.json</c>, everything that is not a weight or a moment.</summary>
/// <remarks>Batches, dropout and the learning rate are functions of (seed, step), so the step is the whole random state.</remarks>
public sealed record CheckpointState
{
    public const string FileName = "state.json";

    /// <summary>The only version of the format so far.</summary>
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Updates that are done.</summary>
    public required long Step { get; init; }

    /// <summary>Updates of the whole run; the learning rate depends on it.</summary>
    public required long StepsPlanned { get; init; }

    /// <summary>Target tokens seen.</summary>
    public required long Tokens { get; init; }

    /// <summary>Training windows read: the next one is this one.</summary>
    public required long DataCursor { get; init; }

    public required long Seed { get; init; }

    /// <summary>"adamw", "sgd" or "muon".</summary>
    public required string Optimizer { get; init; }

    /// <summary>Validation loss of these weights, where it was measured.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Lowest validation loss of all checkpoints so far, and its step.</summary>
    public double? BestValidationLoss { get; init; }

    public long? BestStep { get; init; }

    /// <summary>The last validation loss that was measured, at this step or before.</summary>
    public double? LastValidationLoss { get; init; }

    /// <summary>Training loss of the last step, and the lowest so far: what break rules compare with.</summary>
    public double? PreviousLoss { get; init; }

    public double? BestLoss { get; init; }

    /// <summary>Factor of float16 gradients, and the steps since it changed.</summary>
    public double? LossScale { get; init; }

    public int? LossScaleSteps { get; init; }

    /// <summary>Seconds of work, over all sittings.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Seconds of training steps alone.</summary>
    public double StepSeconds { get; init; }

    /// <summary>Hash of every key of the configuration.</summary>
    public required string ConfigHash { get; init; }

    /// <summary>Hash of the tokens that the run learns from.</summary>
    public required string DataHash { get; init; }

    /// <summary>Bytes of samples.md that belong to the steps so far.</summary>
    public long SamplesBytes { get; init; }

    /// <summary>SHA-256 of the parameter values, as in result.json.</summary>
    public required string WeightsSha256 { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Format);

    /// <exception cref="RunException">The file is not there, not JSON, of another version, or lacks a key.</exception>
    public static CheckpointState Read(string checkpointFolder)
    {
        string path = Path.Combine(checkpointFolder, FileName);
        try
        {
            CheckpointState state = JsonSerializer.Deserialize<CheckpointState>(File.ReadAllBytes(path), Format)
                ?? throw new RunException("R005", $"{path}: holds null where the state of a run is expected.");
            return state.Version == CurrentVersion ? state
                : throw new RunException("R005", $"{path}: is of version {state.Version}, this program reads version {CurrentVersion}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RunException("R005", $"{path}: cannot be read as the state of a run: {e.Message} Delete {checkpointFolder} to resume from the checkpoint before it.", e);
        }
    }
}
