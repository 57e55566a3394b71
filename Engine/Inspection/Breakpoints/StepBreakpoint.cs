using PureLlm.Engine.Configuration;

namespace PureLlm.Engine.Inspection.Breakpoints;

/// <summary>A condition on frames, as it is written: "nan", "op=softmax", "max(|grad|) > 1e3", "gnorm > 5 and step > 100".</summary>
/// <remarks>Facts: nan and inf (where they began), check-fails. Matches: op=, module=, tensor= with * and ?. Numbers of the frame: max, min, mean, rms
/// and zeros of grad, value, |grad| or |value|; update/weight. Numbers of the step: loss, prev, best, val, gnorm, lr, step (from 0), tokens, seconds;
/// a condition on these alone holds where they are known: at the loss, at the clip, or at the first frame.</remarks>
public sealed class StepBreakpoint : IStepBreakpoint
{
    /// <summary>Longest text.</summary>
    public const int MaximumLength = 500;

    private readonly StepCondition condition;

    private StepBreakpoint(string text, StepCondition condition)
    {
        (Text, this.condition) = (text, condition);
        StepCondition[] leaves = [.. Leaves(condition)];
        IsOfStep = !leaves.Any(leaf => leaf is FrameNumber or FrameMatch or UpdateRatio or FrameTruth);
        LooksAtSteps = IsOfStep || condition is FrameTruth { Name: "nan" or "inf" };
    }

    public string Text { get; }

    /// <summary>Whether it asks for nothing but numbers of the step.</summary>
    public bool IsOfStep { get; }

    /// <summary>Whether the numbers that training wrote down decide if a step has such a frame.</summary>
    public bool LooksAtSteps { get; }

    /// <exception cref="FormatException">The text is no breakpoint; the message names the place.</exception>
    public static StepBreakpoint Parse(string text) => text.Length > MaximumLength
        ? throw new FormatException($"breakpoint: {text.Length} characters, where {MaximumLength} are allowed.")
        : new StepBreakpoint(text, StepBreakParser.Parse(text));

    public bool Holds(StepTrace trace, Frame frame, out string why)
    {
        var facts = new FrameFacts(trace, frame);
        why = "";
        if ((IsOfStep && frame != Home(trace)) || condition.Evaluate(facts) is not (> 0 or < 0)) { return false; }
        why = facts.Why;
        return true;
    }

    /// <summary>Whether it holds in a step by the numbers that training wrote down.</summary>
    public bool HoldsIn(in BreakValues values) => condition.Evaluate(new FrameFacts(values)) is > 0 or < 0;

    public override string ToString() => Text;

    /// <summary>The first frame in which all numbers that are asked for are known.</summary>
    private Frame Home(StepTrace trace)
    {
        string[] names = [.. Leaves(condition).OfType<StepNumber>().Select(number => number.Name)];
        if (names.Contains("gnorm")) { return trace.Find("c") ?? trace.Frames[^1]; }
        return names.Any(name => name is "loss" or "prev" or "best" or "val") ? trace.Find(FormattableString.Invariant($"f{trace.Of(trace.LossTensor).Producer}"))! : trace.Frames[0];
    }

    private static IEnumerable<StepCondition> Leaves(StepCondition condition) =>
        condition.Parts.Any() ? condition.Parts.SelectMany(Leaves) : [condition];
}
