using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>Moves: pure functions of (trace, cursor, command). The selection (tensor, element) is kept.</summary>
public static class StepNavigator
{
    /// <summary>Where a move leads; the cursor itself where there is nothing further.</summary>
    /// <exception cref="FormatException">The cursor names a frame, element or view that can not be.</exception>
    /// <exception cref="ArgumentException">The step has no such tensor, or the tensor no such element.</exception>
    public static Cursor Move(StepTrace trace, Cursor cursor, StepCommand command) => Move(trace, cursor, command, []);

    /// <summary>The same with the breakpoints at which "continue" stops.</summary>
    public static Cursor Move(StepTrace trace, Cursor cursor, StepCommand command, IReadOnlyList<IStepBreakpoint> breakpoints)
    {
        Frame frame = trace.Find(cursor.Frame) ?? trace.Nearest(cursor.Frame);
        cursor = cursor with { Frame = frame.Id };
        return command switch
        {
            StepCommand.Next => Over(trace, cursor, frame, 1),
            StepCommand.Previous => Over(trace, cursor, frame, -1),
            StepCommand.Into => Into(trace, cursor),
            StepCommand.Out => cursor with { Level = (StepLevel)Math.Max((int)cursor.Level - 1, 0), Term = 0 },
            StepCommand.NextModule => To(trace, cursor, ModuleStarts.Next(trace, frame)),
            StepCommand.PreviousModule => To(trace, cursor, ModuleStarts.Previous(trace, frame)),
            StepCommand.Continue => Until(trace, cursor, frame, 1, breakpoints),
            StepCommand.ReverseContinue => Until(trace, cursor, frame, -1, breakpoints),
            StepCommand.Left => Select(trace, cursor, 0, -1),
            StepCommand.Right => Select(trace, cursor, 0, 1),
            StepCommand.Up => Select(trace, cursor, -1, 0),
            StepCommand.Down => Select(trace, cursor, 1, 0),
            StepCommand.NextTensor => NextTensor(trace, cursor),
            StepCommand.Check => Toggle(cursor, "check"),
            StepCommand.CheckTensor => Toggle(cursor, "check-tensor"),
            StepCommand.Ledger => Toggle(cursor, "ledger"),
            StepCommand.Code => Toggle(cursor, "code"),
            StepCommand.Heat => cursor with { View = cursor.View switch { "heat" => "histogram", "histogram" => "", _ => "heat" } },
            StepCommand.Update => To(trace, cursor, UpdateOf(trace, cursor, frame)),
            StepCommand.Backward => To(trace, cursor, BackwardOf(trace, frame)),
            StepCommand.First => To(trace, cursor, trace.Frames[0]),
            StepCommand.Last => To(trace, cursor, trace.Frames[^1]),
            _ => cursor,
        };
    }

    /// <summary>The next stop at the cursor's level: frame, module, element or term. Steps are opened by the session.</summary>
    private static Cursor Over(StepTrace trace, Cursor cursor, Frame frame, int by) => cursor.Level switch
    {
        StepLevel.Module => To(trace, cursor, by > 0 ? ModuleStarts.Next(trace, frame) : ModuleStarts.Previous(trace, frame)),
        StepLevel.Op => To(trace, cursor, trace.Frames[Math.Clamp(frame.Index + by, 0, trace.Frames.Count - 1)]),
        StepLevel.Element => Shift(trace, cursor, by),
        StepLevel.Term => cursor with { Term = Math.Clamp(cursor.Term + by, 0, Math.Max(0, TermsOf(StepScene.Resolve(trace, cursor)) - 1)) },
        _ => cursor,
    };

    private static Cursor Into(StepTrace trace, Cursor cursor)
    {
        if (cursor.Level < StepLevel.Op) { return cursor with { Level = cursor.Level + 1, Term = 0 }; }
        StepScene scene = StepScene.Resolve(trace, cursor);
        bool hasMore = cursor.Level == StepLevel.Op ? scene.Element >= 0 : cursor.Level == StepLevel.Element && TermsOf(scene) > 0;
        return hasMore ? cursor with { Level = cursor.Level + 1, Term = 0 } : cursor;
    }

    /// <summary>How many summands the selected element has; 0 where no rule makes it.</summary>
    private static int TermsOf(StepScene scene) => Math.Min(scene.Explained?.Terms.Count ?? 0, ElementExplainer.ShownAtTerms);

    /// <summary>The element so many rows down and columns to the right; at the edge it stays.</summary>
    private static Cursor Select(StepTrace trace, Cursor cursor, int down, int right)
    {
        if (cursor.Level < StepLevel.Op) { return cursor; }
        StepScene scene = StepScene.Resolve(trace, cursor);
        if (scene.Element < 0) { return cursor; }
        Shape shape = scene.Subject!.Value.Tensor.Tensor.Shape;
        int columns = Math.Max(1, shape.Columns), row = (scene.Element / columns) + down, column = (scene.Element % columns) + right;
        return row < 0 || row >= shape.Rows || column < 0 || column >= columns ? At(cursor, scene, scene.Element) : At(cursor, scene, (row * columns) + column);
    }

    /// <summary>The element so many places further, row-major.</summary>
    private static Cursor Shift(StepTrace trace, Cursor cursor, int by)
    {
        StepScene scene = StepScene.Resolve(trace, cursor);
        return scene.Element < 0 ? cursor : At(cursor, scene, Math.Clamp(scene.Element + by, 0, scene.Subject!.Value.Tensor.Tensor.Shape.Length - 1));
    }

    private static Cursor At(Cursor cursor, StepScene scene, int element)
    {
        TraceTensor tensor = scene.Subject!.Value.Tensor;
        return cursor with { Tensor = tensor.Id, Element = ElementText.Of(tensor.Tensor.Shape, element), Term = cursor.Level == StepLevel.Term && element == scene.Element ? cursor.Term : 0 };
    }

    private static Cursor NextTensor(StepTrace trace, Cursor cursor)
    {
        StepScene scene = StepScene.Resolve(trace, cursor);
        if (scene.Candidates.Count < 2) { return cursor; }
        int place = scene.Candidates.ToList().IndexOf(scene.Subject!.Value);
        return cursor with { Tensor = scene.Candidates[(place + 1) % scene.Candidates.Count].Tensor.Id, Element = "", Term = 0 };
    }

    /// <summary>The update of the selected parameter, or of one that the frame's operation reads.</summary>
    private static Frame? UpdateOf(StepTrace trace, Cursor cursor, Frame frame)
    {
        int parameter = StepScene.Resolve(trace, cursor).Subject?.Tensor.Parameter ?? -1;
        for (int i = 0; parameter < 0 && frame.Node >= 0 && i < trace.Tape[frame.Node].Inputs.Length; i++) { parameter = trace.Of(trace.Tape[frame.Node].Inputs[i]).Parameter; }
        return parameter < 0 ? null : trace.Find(FormattableString.Invariant($"u{parameter}"));
    }

    /// <summary>The backward frame of the frame's operation; of an update that of the operation which completed the gradient.</summary>
    private static Frame? BackwardOf(StepTrace trace, Frame frame)
    {
        int node = frame.Parameter >= 0 ? trace.ContributorsOf(trace.Parameters[frame.Parameter]).LastOrDefault(-1) : frame.Node;
        return trace.Find(FormattableString.Invariant($"b{node}"));
    }

    private static Cursor Until(StepTrace trace, Cursor cursor, Frame frame, int by, IReadOnlyList<IStepBreakpoint> breakpoints)
    {
        for (int i = frame.Index + by; i >= 0 && i < trace.Frames.Count; i += by)
        {
            if (Stops(trace, trace.Frames[i], breakpoints)) { return To(trace, cursor, trace.Frames[i]); }
        }
        return cursor;
    }

    private static bool Stops(StepTrace trace, Frame frame, IReadOnlyList<IStepBreakpoint> breakpoints)
    {
        foreach (IStepBreakpoint breakpoint in breakpoints)
        {
            if (breakpoint.Holds(trace, frame, out string _)) { return true; }
        }
        return false;
    }

    private static Cursor Toggle(Cursor cursor, string view) => cursor with { View = cursor.View == view ? "" : view };

    /// <summary>This cursor in another frame; terms are those of a frame.</summary>
    private static Cursor To(StepTrace trace, Cursor cursor, Frame? frame) => frame is null || frame.Id == cursor.Frame ? cursor : cursor with { Frame = frame.Id, Term = 0 };
}
