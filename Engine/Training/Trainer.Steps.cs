using System.Diagnostics;
using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Training;

/// <content>A step, and its report: at once, or when its numbers come back from a device that works on the next one.</content>
public sealed partial class Trainer
{
    private QueuedStep? queued;

    /// <summary>One step with what is due after it; the rule that stops it before its update, if there is one.</summary>
    /// <remarks>The host waits for loss and norm between gradient and update only where something asks for them there: a rule that may stop the run, or a loss
    /// scale that changes by itself. Else they are taken when they are needed: at once where the next thing is an evaluation, a checkpoint or the end, and when the next step is queued otherwise.</remarks>
    internal BreakRule? Advance()
    {
        long start = Stopwatch.GetTimestamp();
        double scale = work.LossScaler.Scale;
        work.Queue(step);
        if (Report()) { start = Stopwatch.GetTimestamp(); }
        var now = new QueuedStep(step + 1, tokens + work.Batches.Counted, work.Batches.Counted, schedule!.At(step), start);
        bool stops = Config.Break.Then != BreakAction.Ignore;
        (double Loss, double Norm)? known = work.LossScaler.IsDynamic || (stops && watch.IsMeasured) ? work.Take(step) : null;
        if (work.LossScaler.Scale < scale)
        {
            observers.OnNotice($"step {step + 1}: gradients left the range of float16 at a loss scale of {scale:R}; the step was computed again at {work.LossScaler.Scale:R}.");
        }
        if (stops && watch.Check(ValuesOf(now, known)) is BreakRule rule)
        {
            known ??= work.Take(step);
            last = ValuesOf(now, known);
            observers.OnStep(new StepReport(now.Step, Seconds, now.Tokens, last.Loss, double.NaN, now.Rate, last.GradientNorm, double.NaN));
            return rule;
        }
        work.Update(step, now.Rate);
        (step, tokens, queued) = (now.Step, now.Tokens, now);
        bool isShown = Due(Plan!.EvaluateEvery), isMeasured = isShown || Due(Plan.CheckpointEvery) || step == Plan.Steps;
        // Asked for in any case: an observer may count on being asked once a step.
        if (observers.WantsStep | (known is not null || isMeasured || work.HasArrived))
        {
            Report(known, isMeasured, isShown);
        }
        return null;
    }

    /// <summary>Reports the step that was queued and not yet reported; false: there is none.</summary>
    /// <param name="known">Its loss and norm, where they were taken already.</param>
    /// <param name="isMeasured">Whether a validation loss is due after it.</param>
    /// <param name="isShown">Whether a sample is.</param>
    private bool Report((double, double)? known = null, bool isMeasured = false, bool isShown = false)
    {
        if (queued is not { } done) { return false; }
        queued = null;
        last = ValuesOf(done, known ?? work.Take(done.Step - 1));
        if (Config.Break.Then == BreakAction.Ignore && watch.Check(last) is BreakRule rule && ignored.Add(rule.Text))
        {
            observers.OnNotice($"step {done.Step}: break rule \"{rule.Text}\" holds (loss {BreakReport.Number(last.Loss)}, gradient norm {BreakReport.Number(last.GradientNorm)}) and is ignored, as [break] then says.");
        }
        watch.Note(last.Loss);
        double seconds = Stopwatch.GetElapsedTime(done.Began).TotalSeconds;
        stepSeconds += seconds;
        double validation = isMeasured ? meter.Loss() : double.NaN;
        observers.OnStep(new StepReport(done.Step, Seconds, done.Tokens, last.Loss, validation, done.Rate, last.GradientNorm, done.Counted / seconds));
        if (isShown || !double.IsNaN(validation)) { Show(validation, isShown && step < Plan!.Steps); }
        return true;
    }

    /// <summary>What rules see of a step; NaN for what was not waited for.</summary>
    private BreakValues ValuesOf(QueuedStep of, (double Loss, double Norm)? known) => new()
    {
        Step = of.Step,
        Tokens = of.Tokens,
        Seconds = Seconds,
        Loss = known?.Loss ?? double.NaN,
        Previous = watch.Previous,
        Best = watch.Best,
        Validation = lastValidation,
        GradientNorm = known?.Norm ?? double.NaN,
        LearningRate = of.Rate,
    };

    /// <summary>A step whose update was queued.</summary>
    /// <param name="Step">Updates with it.</param>
    /// <param name="Tokens">Target tokens seen with it.</param>
    /// <param name="Counted">Target tokens of it.</param>
    /// <param name="Rate">Its learning rate.</param>
    /// <param name="Began">When its time began: with it, or where the time of the step before ended.</param>
    private readonly record struct QueuedStep(long Step, long Tokens, int Counted, double Rate, long Began);
}
