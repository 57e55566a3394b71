using PureLlm.Autograd.Memory;

namespace PureLlm.Engine.Configuration;

/// <summary>[train]: the budget, the batch, the optimizer and its schedule.</summary>
public sealed record TrainSection
{
    public Budget Budget { get; init; } = Budget.Seconds(120);

    /// <summary>B, sequences per micro-batch; a step sees <see cref="Batch"/> · <see cref="Accumulate"/> sequences.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Micro-batches whose gradients are added before one update.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Activations that the backward pass computes again instead of keeping them.</summary>
    public Recomputation Recompute { get; init; } = Recomputation.None;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>The learning rate at the end: a value, or a share of the peak; <see cref="FinalLearningRate"/> is the value.</summary>
    public Portion MinLearningRate { get; init; } = Portion.Absolute(0);

    public ScheduleKind Schedule { get; init; } = ScheduleKind.WarmupStableDecay;

    /// <summary>Steps, or a share of all steps, over which the learning rate rises linearly.</summary>
    public Portion Warmup { get; init; } = Portion.Share(0.02);

    /// <summary>Steps, or a share of all steps, over which warmup-stable-decay falls at the end.</summary>
    public Portion Cooldown { get; init; } = Portion.Share(0.2);

    public CooldownShape CooldownShape { get; init; } = CooldownShape.OneMinusSqrt;

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.98;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay of the matrices (AdamW, Muon), or the L2 term (SGD).</summary>
    public double Decay { get; init; } = 0.05;

    /// <summary>Momentum of SGD and Muon; until set 0.9 and 0.95.</summary>
    public double Momentum { get => double.IsNaN(field) ? (Optimizer == OptimizerKind.Muon ? 0.95 : 0.9) : field; init; } = double.NaN;

    public bool Nesterov { get; init; } = true;

    /// <summary>Largest allowed norm of the whole gradient; 0 is off.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>0: as many as the machine has cores ("auto").</summary>
    public int Threads { get; init; }

    /// <summary>Additions in a fixed order, so that a run repeats bit for bit.</summary>
    public bool Deterministic { get; init; } = true;

    public double FinalLearningRate => MinLearningRate.Of(LearningRate);

    public int WarmupSteps(int steps) => (int)Math.Min(steps, Math.Round(Warmup.Of(steps)));

    public int CooldownSteps(int steps) => (int)Math.Clamp(Math.Round(Cooldown.Of(steps)), 0, Math.Max(0, steps - WarmupSteps(steps)));
}
