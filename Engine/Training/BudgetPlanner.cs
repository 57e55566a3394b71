using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Training;

/// <summary>What a calibration measured, in seconds.</summary>
/// <param name="Step">One training step.</param>
/// <param name="Evaluation">One evaluation with its sample and scores.</param>
/// <param name="Checkpoint">One save.</param>
/// <param name="End">What follows the last step: the full evaluation, the full scores, the last save.</param>
internal readonly record struct RunCosts(double Step, double Evaluation, double Checkpoint, double End);

/// <summary>A run in steps.</summary>
/// <param name="Steps">All of them.</param>
/// <param name="EvaluateEvery">Steps between evaluations; 0 is off.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; 0 is off.</param>
/// <param name="Seconds">How long it should take.</param>
internal readonly record struct PlannedSteps(long Steps, long EvaluateEvery, long CheckpointEvery, double Seconds);

/// <summary>Turns budgets in seconds into steps, so that a run is decided by numbers that can be written down and repeated.</summary>
internal static class BudgetPlanner
{
    /// <summary>Whether anything is given in seconds.</summary>
    public static bool NeedsCalibration(RunConfig config) =>
        config.Train.Budget.Unit == BudgetUnit.Seconds || IsTime(config.Eval.Every) || IsTime(config.Checkpoint.Every);

    /// <summary>The plan that ends after <paramref name="seconds"/>, everything included, if the budget is a time; else the budget's own steps.</summary>
    /// <param name="config">Budget and intervals.</param>
    /// <param name="tokensPerStep">Target tokens of one step.</param>
    /// <param name="costs">What things take; not used where nothing is given in seconds.</param>
    /// <param name="seconds">What is left of a time budget.</param>
    public static PlannedSteps Plan(RunConfig config, long tokensPerStep, RunCosts costs, double seconds)
    {
        Budget evaluate = config.Eval.Every, checkpoint = config.Checkpoint.Every;
        double perStep = costs.Step + PerStep(evaluate, costs.Evaluation, tokensPerStep) + PerStep(checkpoint, costs.Checkpoint, tokensPerStep);
        // The share of the time that timed evaluations and saves take away from the steps; they never take more than nine tenths.
        double share = Math.Min(0.9, Share(evaluate, costs.Evaluation) + Share(checkpoint, costs.Checkpoint));
        double wall = perStep / (1 - share);
        long steps = config.Train.Budget.StepsFor(tokensPerStep) ?? Math.Max(1, (long)Math.Floor((seconds - costs.End) / wall));
        long evaluateEvery = Interval(evaluate, tokensPerStep, wall);
        long checkpointEvery = IsTime(evaluate) && IsTime(checkpoint)
            ? evaluateEvery * Math.Max(1, (long)Math.Round(checkpoint.Amount / evaluate.Amount))
            : Interval(checkpoint, tokensPerStep, wall);
        return new PlannedSteps(steps, evaluateEvery, checkpointEvery, (steps * wall) + costs.End);
    }

    private static bool IsTime(Budget every) => every.Unit == BudgetUnit.Seconds && !every.IsZero;

    private static double PerStep(Budget every, double cost, long tokensPerStep) =>
        every.IsZero || IsTime(every) ? 0 : cost / every.StepsFor(tokensPerStep)!.Value;

    private static double Share(Budget every, double cost) => IsTime(every) ? cost / Math.Max(every.Amount, cost) : 0;

    private static long Interval(Budget every, long tokensPerStep, double wall) =>
        every.IsZero ? 0 : every.StepsFor(tokensPerStep) ?? Math.Max(1, (long)Math.Round(every.Amount / wall));
}
