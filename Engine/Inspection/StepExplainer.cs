namespace PureLlm.Engine.Inspection;

/// <summary>What is shown at a cursor: a pure function of (trace, cursor).</summary>
public static class StepExplainer
{
    public static StepView Explain(StepTrace trace, Cursor cursor)
    {
        Frame frame = trace.Find(cursor.Frame) ?? trace.Frames[0];
        FrameView View(Frame other) => new(other.Index, other.Id, other.Kind.ToString().ToLowerInvariant(), other.Text, other.Module, other.Node < 0 ? "" : trace.Tape[other.Node].Op.Name, other.Index == frame.Index, (cursor with { Frame = other.Id }).ToString());
        return new StepView
        {
            Cursor = (cursor with { Frame = frame.Id }).ToString(),
            Title = trace.Subject.Title,
            Step = trace.Subject.Step,
            Loss = trace.Loss,
            Floor = trace.Subject.Floor,
            Frame = View(frame),
            FrameCount = trace.Frames.Count,
            Level = cursor.Level.ToString().ToLowerInvariant(),
            Nearby = [.. trace.Frames.Skip(Math.Max(0, frame.Index - 12)).Take(25).Select(View)],
            Tokens = trace.Subject.Tokens,
        };
    }
}
