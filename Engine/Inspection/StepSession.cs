using PureLlm.Engine.Inspection.Breakpoints;

namespace PureLlm.Engine.Inspection;

/// <summary>What the terminal, the web server, scripts and the export talk to: steps of a source, opened when they are needed, the last three kept.</summary>
/// <remarks>Thread-safe: one call at a time runs.</remarks>
public sealed class StepSession(StepSource source) : IDisposable
{
    private const int Kept = 3;

    /// <summary>Steps that "continue" opens to look for a frame, and the weights of all of them together: larger models are looked through step by step, with the user's keys.</summary>
    private const int MostSearched = 8, MostSearchedWeights = 20_000_000;

    private readonly Lock gate = new();
    private readonly LinkedList<StepTrace> traces = new();

    public StepSource Source => source;

    /// <summary>Where "continue" stops. Replaced as a whole.</summary>
    public IReadOnlyList<IStepBreakpoint> Breakpoints { get; set; } = [];

    /// <summary>Where one begins: the start of the backward pass of the first step.</summary>
    public Cursor Start => new(source.FirstStep, "s");

    /// <summary>All that is shown at a cursor; one that names no frame of its step is brought to the nearest that there is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    public StepView Explain(Cursor cursor)
    {
        lock (gate)
        {
            StepTrace trace = Trace(cursor.Step);
            StepView view = StepExplainer.Explain(trace, cursor);
            if (cursor.Level == StepLevel.Run) { view = view with { Nearby = StepsAround(cursor) }; }
            return view with { LastStep = source.LastStep, Breaks = BreaksAt(trace, trace.Frames[view.Frame.Index]) };
        }
    }

    /// <summary>Where a move leads.</summary>
    public Cursor Move(Cursor cursor, StepCommand command)
    {
        lock (gate)
        {
            return command switch
            {
                StepCommand.NextStep => Next(cursor),
                StepCommand.PreviousStep => Previous(cursor),
                StepCommand.Next when cursor.Level == StepLevel.Run => Next(cursor),
                StepCommand.Previous when cursor.Level == StepLevel.Run => Previous(cursor),
                StepCommand.Continue => Further(cursor, command, 1),
                StepCommand.ReverseContinue => Further(cursor, command, -1),
                _ => StepNavigator.Move(Trace(cursor.Step), cursor, command, Breakpoints),
            };
        }
    }

    /// <summary>Runs something on the trace of a step, alone.</summary>
    public TResult With<TResult>(long step, Func<StepTrace, TResult> work)
    {
        lock (gate) { return work(Trace(step)); }
    }

    public void Dispose()
    {
        foreach (StepTrace trace in traces) { trace.Dispose(); }
        source.Dispose();
    }

    private Cursor Next(Cursor cursor) => cursor with { Step = Math.Min(cursor.Step + 1, source.LastStep ?? source.FirstStep), Term = 0 };

    private Cursor Previous(Cursor cursor) => cursor with { Step = Math.Max(cursor.Step - 1, source.LastStep is null ? source.FirstStep : 0), Term = 0 };

    /// <summary>To the next breakpoint of the step; else of one of the steps beside it, which are opened; else of a farther one that training's own numbers tell.</summary>
    private Cursor Further(Cursor cursor, StepCommand command, int by)
    {
        Cursor moved = StepNavigator.Move(Trace(cursor.Step), cursor, command, Breakpoints);
        if (moved.Frame != cursor.Frame) { return moved; }
        StepBreakpoint[] known = [.. Breakpoints.OfType<StepBreakpoint>().Where(breakpoint => breakpoint.LooksAtSteps)];
        int searched = known.Length < Breakpoints.Count ? Searched(cursor.Step) : 0;
        for (long step = cursor.Step + by; step >= 0 && step <= (source.LastStep ?? -1); step += by)
        {
            bool isSearched = Math.Abs(step - cursor.Step) <= searched, isKnown = false;
            if (known.Length > 0 && source.Training(step) is { } values) { isKnown = known.Any(breakpoint => breakpoint.HoldsIn(values)); }
            else if (!isSearched) { return moved; }
            if (!isSearched && !isKnown) { continue; }
            StepTrace trace = Trace(step);
            IEnumerable<Frame> frames = by > 0 ? trace.Frames : trace.Frames.Reverse();
            Frame? stop = frames.FirstOrDefault(frame => Breakpoints.Any(breakpoint => breakpoint.Holds(trace, frame, out string _)));
            if (stop is not null || isKnown) { return cursor with { Step = step, Frame = stop?.Id ?? Start.Frame, Term = 0 }; }
        }
        return moved;
    }

    private int Searched(long step) => (int)Math.Min(MostSearched, MostSearchedWeights / Math.Max(1L, Trace(step).Subject.Slabs.Length));

    /// <summary>The steps before and after one that can be opened.</summary>
    private IReadOnlyList<FrameView> StepsAround(Cursor cursor)
    {
        const int Around = 12;
        long first = source.LastStep is null ? cursor.Step : Math.Max(0, cursor.Step - Around), last = Math.Min(source.LastStep ?? cursor.Step, cursor.Step + Around);
        List<FrameView> steps = [];
        for (long step = first; step <= last; step++)
        {
            string text = FormattableString.Invariant($"{step}");
            steps.Add(new FrameView((int)Math.Min(step, int.MaxValue), text, "step", $"step {text}", "", "", step == cursor.Step, (cursor with { Step = step }).ToString()));
        }
        return steps;
    }

    private IReadOnlyList<string> BreaksAt(StepTrace trace, Frame frame)
    {
        List<string> texts = [];
        foreach (IStepBreakpoint breakpoint in Breakpoints)
        {
            if (breakpoint.Holds(trace, frame, out string why)) { texts.Add(why.Length == 0 ? breakpoint.Text : $"{breakpoint.Text}: {why}"); }
        }
        return texts;
    }

    private StepTrace Trace(long step)
    {
        StepTrace? found = traces.FirstOrDefault(trace => trace.Subject.Step == step);
        if (found is null)
        {
            found = new StepTrace(source.Open(step));
            if (traces.Count == Kept)
            {
                traces.Last!.Value.Dispose();
                traces.RemoveLast();
            }
        }
        else { traces.Remove(found); }
        traces.AddFirst(found);
        return found;
    }
}
