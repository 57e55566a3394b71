using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>All frames of a step in a row: what a scrubber draws.</summary>
/// <param name="Step">The training step.</param>
/// <param name="Kinds">A letter for each frame: z zero, f forward, s seed, b backward, a accumulate, c clip, u update, k check.</param>
/// <param name="Ids">Ids of the frames.</param>
/// <param name="Texts">Their lines.</param>
/// <param name="Magnitudes">Root mean square of what a frame is about: forward the output, backward ∂L/∂output, else the gradient that grows or is used; 0 where there is none, NaN where it is not finite.</param>
/// <param name="Breaks">Frames that a breakpoint holds in.</param>
public sealed record StepTimeline(long Step, string Kinds, IReadOnlyList<string> Ids, IReadOnlyList<string> Texts, IReadOnlyList<double> Magnitudes, IReadOnlyList<StepMark> Breaks)
{
    /// <summary>The timeline of a recorded step.</summary>
    public static StepTimeline Of(StepTrace trace, IReadOnlyList<IStepBreakpoint> breakpoints) => new(
        trace.Subject.Step,
        string.Concat(trace.Frames.Select(frame => Letter(frame.Kind))),
        [.. trace.Frames.Select(frame => frame.Id)],
        [.. trace.Frames.Select(frame => frame.Text)],
        [.. trace.Frames.Select(frame => Magnitude(trace, frame))],
        [.. breakpoints.SelectMany(breakpoint => trace.Frames.Where(frame => breakpoint.Holds(trace, frame, out _)).Select(frame => new StepMark(frame.Index, breakpoint.Text)))]);

    private static char Letter(FrameKind kind) => kind switch
    {
        FrameKind.Zero => 'z',
        FrameKind.Forward => 'f',
        FrameKind.Seed => 's',
        FrameKind.Backward => 'b',
        FrameKind.Accumulate => 'a',
        FrameKind.Clip => 'c',
        FrameKind.Update => 'u',
        _ => 'k',
    };

    private static double Magnitude(StepTrace trace, Frame frame) => frame.Kind switch
    {
        FrameKind.Forward => RootMeanSquare(trace, trace.Tape[frame.Node].Output, TensorPart.Value),
        FrameKind.Seed => 1,
        FrameKind.Backward => RootMeanSquare(trace, trace.Tape[frame.Node].Output, TensorPart.Gradient),
        FrameKind.Accumulate => RootMeanSquare(trace, trace.Tape[frame.Node].Inputs[frame.Input], TensorPart.Gradient),
        FrameKind.Update => RootMeanSquare(trace, trace.Subject.Slabs.Parameters[frame.Parameter].Tensor, TensorPart.Gradient),
        _ => 0,
    };

    private static double RootMeanSquare(StepTrace trace, Tensor tensor, TensorPart part)
    {
        if (tensor.Shape.Length == 0 || (part == TensorPart.Gradient && tensor.Grad.IsEmpty)) { return 0; }
        StatsView stats = trace.Summary(new TensorReading(trace.Of(tensor), part)).Stats;
        return stats.NaNs + stats.Infinities > 0 ? double.NaN : stats.Rms;
    }
}

/// <summary>A frame that a breakpoint holds in.</summary>
public sealed record StepMark(int Index, string Text);
