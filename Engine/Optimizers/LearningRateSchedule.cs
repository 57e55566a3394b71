using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Optimizers;

/// <summary>The learning rate of every step: a linear warm-up, then constant, or falling to the final rate.</summary>
/// <remarks>
/// Steps count from 0, S in all, W of warm-up. While s &lt; W the rate is peak·(s + 1)/W, so the first step already learns and step W − 1 is at the peak.
/// After it, with t = (s − W)/(S − W) in [0, 1): <c>cosine</c> final + ½(1 + cos πt)(peak − final) (Loshchilov and Hutter 2017, arXiv 1608.03983);
/// <c>linear</c> final + (1 − t)(peak − final); <c>warmup-stable-decay</c> stays at the peak (Hu et al. 2024, arXiv 2404.06395) and over the last
/// C steps, with t = (s − (S − C))/C, falls as 1 − √t (Hägele et al. 2024, arXiv 2405.18392), 1 − t or ½(1 + cos πt).
/// t = 1 would be step S, the first that is not done: the last step still learns.
/// </remarks>
public sealed class LearningRateSchedule
{
    private readonly TrainSection train;
    private readonly int cooldown;

    /// <param name="train">Kind, peak, final rate, warm-up and cooldown.</param>
    /// <param name="steps">All steps of the run.</param>
    public LearningRateSchedule(TrainSection train, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        int bounded = (int)Math.Min(steps, int.MaxValue);
        (this.train, Steps, WarmupSteps, cooldown) = (train, steps, train.WarmupSteps(bounded), train.CooldownSteps(bounded));
    }

    /// <summary>All steps of the run.</summary>
    public long Steps { get; }

    public int WarmupSteps { get; }

    /// <summary>Steps of the fall at the end; 0 unless the kind is warmup-stable-decay.</summary>
    public int CooldownSteps => train.Schedule == ScheduleKind.WarmupStableDecay ? cooldown : 0;

    /// <summary>The rate of step <paramref name="step"/>, from 0.</summary>
    public double At(long step)
    {
        double peak = train.LearningRate, final = train.FinalLearningRate;
        if (step < WarmupSteps)
        {
            return peak * (step + 1) / WarmupSteps;
        }
        double share = train.Schedule switch
        {
            ScheduleKind.Cosine => Cosine(Progress(step, WarmupSteps)),
            ScheduleKind.Linear => 1 - Progress(step, WarmupSteps),
            ScheduleKind.WarmupStableDecay => Cooldown(Progress(step, Steps - CooldownSteps)),
            _ => 1,
        };
        return final + (share * (peak - final));
    }

    private double Cooldown(double t) => train.CooldownShape switch
    {
        CooldownShape.Linear => 1 - t,
        CooldownShape.Cosine => Cosine(t),
        _ => 1 - Math.Sqrt(t),
    };

    private static double Cosine(double t) => 0.5 * (1 + Math.Cos(Math.PI * t));

    /// <summary>How far <paramref name="step"/> is from <paramref name="start"/> (0) to the end (1).</summary>
    private double Progress(long step, long start) => Steps <= start ? 0 : Math.Clamp((double)(step - start) / (Steps - start), 0, 1);
}
