using PureLlm.Engine.Configuration;
using PureLlm.Engine.Data;
using PureLlm.Engine.Modules;
using PureLlm.Kernels;

namespace PureLlm.Engine.Training;

/// <summary>What a <see cref="Trainer"/> works with; it owns none of it.</summary>
public sealed class TrainerParts
{
    /// <summary>The configuration; the trainer puts steps where it asks for seconds.</summary>
    public required LoadedConfig Config { get; set; }

    public required Backend Backend { get; init; }

    public required TokenDataset Data { get; init; }

    /// <summary>Allocated for training, with its initial weights.</summary>
    public required LanguageModel Model { get; init; }

    public required RunFolder Folder { get; init; }

    /// <summary>The checkpoint to go on from; null for a new run.</summary>
    public CheckpointState? From { get; init; }

    /// <summary>What differs from the configuration that the run began with.</summary>
    public IReadOnlyList<DifferingKey> Changes { get; init; } = [];

    /// <summary>Lets the model write; null: no samples and no scores.</summary>
    public TextContinuation? ContinueText { get; init; }

    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];
}
