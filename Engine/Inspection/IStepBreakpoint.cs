namespace PureLlm.Engine.Inspection;

/// <summary>A condition on frames, at which "continue" stops.</summary>
public interface IStepBreakpoint
{
    /// <summary>As it was written: "max(|grad|)>1e3".</summary>
    string Text { get; }

    /// <summary>Whether it holds at a frame, from this frame's own numbers alone; a pure function of the two.</summary>
    /// <param name="trace">The step.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="why">If so, what was found: "max |∂L/∂x| = 1.2e3".</param>
    bool Holds(StepTrace trace, Frame frame, out string why);
}
