namespace PureLlm.Engine.Inspection;

/// <summary>What the terminal, the web server, scripts and the export talk to: steps of a source, opened when they are needed, the last three kept.</summary>
/// <remarks>Thread-safe: one call at a time runs.</remarks>
public sealed class StepSession(StepSource source) : IDisposable
{
    private const int Kept = 3;

    private readonly Lock gate = new();
    private readonly LinkedList<StepTrace> traces = new();

    public StepSource Source => source;

    /// <summary>Where one begins: the start of the backward pass of the first step.</summary>
    public Cursor Start => new(source.FirstStep, "s");

    /// <summary>All that is shown at a cursor; one that names no frame of its step is brought to the nearest that there is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    public StepView Explain(Cursor cursor)
    {
        lock (gate) { return StepExplainer.Explain(Trace(cursor.Step), cursor) with { LastStep = source.LastStep }; }
    }

    /// <summary>Where a move leads.</summary>
    public Cursor Move(Cursor cursor, StepCommand command)
    {
        lock (gate)
        {
            return command switch
            {
                StepCommand.NextStep => cursor with { Step = Math.Min(cursor.Step + 1, source.LastStep ?? source.FirstStep) },
                StepCommand.PreviousStep => cursor with { Step = Math.Max(cursor.Step - 1, source.LastStep is null ? source.FirstStep : 0) },
                _ => StepNavigator.Move(Trace(cursor.Step), cursor, command),
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
