using System.Globalization;

namespace PureLlm.Engine.Training;

/// <summary>Tells, at each quarter of a run with a time budget, if it will end far from where the calibration said. The steps stay as they are.</summary>
internal sealed class PaceCheck(TrainingPlan plan, double startSeconds)
{
    /// <summary>Share of the expected time that is worth a word.</summary>
    public const double Tolerance = 0.25;

    private long next = plan.FirstStep + Math.Max(1, (plan.Steps - plan.FirstStep) / 4);
    private bool isTold;

    /// <summary>A notice, once; null if the pace is as expected, or this is not the time.</summary>
    public string? Check(long step, double seconds)
    {
        if (plan.ExpectedSeconds is not double expected || isTold || step < next)
        {
            return null;
        }
        next += Math.Max(1, (plan.Steps - plan.FirstStep) / 4);
        double end = seconds + ((seconds - startSeconds) / (step - plan.FirstStep) * (plan.Steps - step));
        isTold = Math.Abs(end - expected) > Tolerance * expected;
        return !isTold ? null : string.Create(CultureInfo.InvariantCulture,
            $"the run will end after about {end:F0} s, not {expected:F0} s: the machine's pace changed since the calibration. The {plan.Steps} steps stay, so that the run can be repeated.");
    }
}
