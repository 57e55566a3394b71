namespace PureLlm.Engine.Inspection;

/// <summary>Where modules begin in a step: the first of neighbouring frames of one module in one pass (forward, backward, update).</summary>
internal static class ModuleStarts
{
    /// <summary>The first frame of the next module; null at the last.</summary>
    public static Frame? Next(StepTrace trace, Frame frame)
    {
        int i = frame.Index;
        while (i < trace.Frames.Count && Same(trace.Frames[i], frame)) { i++; }
        return i < trace.Frames.Count ? trace.Frames[i] : null;
    }

    /// <summary>The first frame of this module, or from there of the one before.</summary>
    public static Frame? Previous(StepTrace trace, Frame frame)
    {
        Frame start = Of(trace, frame);
        return start != frame ? start : start.Index == 0 ? null : Of(trace, trace.Frames[start.Index - 1]);
    }

    /// <summary>The first frame of the module that a frame is in.</summary>
    public static Frame Of(StepTrace trace, Frame frame)
    {
        int i = frame.Index;
        while (i > 0 && Same(trace.Frames[i - 1], frame)) { i--; }
        return trace.Frames[i];
    }

    private static bool Same(Frame a, Frame b) => a.Module == b.Module && Pass(a.Kind) == Pass(b.Kind);

    /// <summary>Frames of the same pass have the same number.</summary>
    public static int Pass(FrameKind kind) => kind switch
    {
        FrameKind.Backward or FrameKind.Accumulate => (int)FrameKind.Backward,
        _ => (int)kind,
    };
}
