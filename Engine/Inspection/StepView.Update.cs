namespace PureLlm.Engine.Inspection;

/// <summary>The update of the whole step: in clip, update and check frames.</summary>
public sealed record UpdateView
{
    /// <summary>"adamw", "sgd", "muon".</summary>
    public required string Optimizer { get; init; }

    /// <summary>t, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>η.</summary>
    public required double LearningRate { get; init; }

    /// <summary>‖g‖ over all parameters.</summary>
    public required double Norm { get; init; }

    /// <summary>Where clipping begins; 0: never.</summary>
    public required double MaximumNorm { get; init; }

    /// <summary>Factor of every gradient; 1: not clipped.</summary>
    public required double ClipScale { get; init; }

    /// <summary>Weights that are moved.</summary>
    public required long Weights { get; init; }

    /// <summary>Σ g·Δw.</summary>
    public required double Predicted { get; init; }

    public required double LossBefore { get; init; }

    public required double LossAfter { get; init; }

    /// <summary>Loss after − loss before, on the same batch.</summary>
    public required double Observed { get; init; }

    /// <summary>How near predicted and observed are: 1 is a straight line, 0 another direction.</summary>
    public required double Linearity { get; init; }

    /// <summary>"float64", or "float32" where a step is too large for the twin.</summary>
    public required string Arithmetic { get; init; }
}
