namespace PureLlm.Engine.Training;

/// <summary>Holds a run between two steps while another thread looks at it.</summary>
/// <remarks>The training thread waits inside <see cref="OnStep"/>, so weights and moments stand still. A run that nobody pauses pays one volatile read a step.</remarks>
public sealed class TrainingPause : ITrainingObserver, IDisposable
{
    private readonly ManualResetEventSlim going = new(true);
    private readonly ManualResetEventSlim standing = new(false);
    private long done;
    private volatile bool ended;
    private bool isDue;

    /// <summary>Steps that are done.</summary>
    public long StepsDone => Volatile.Read(ref done);

    /// <summary>Whether the run stands still, or has ended.</summary>
    public bool IsPaused => standing.IsSet && (ended || !going.IsSet);

    /// <summary>Whether there is nothing to go on with.</summary>
    public bool HasEnded => ended;

    /// <summary>Asks the run to stand still after the step that it is in, and waits for it.</summary>
    /// <returns>False: it did not come to a stop in that time, and is no longer asked to.</returns>
    public bool Pause(TimeSpan patience)
    {
        going.Reset();
        if (standing.Wait(patience)) { return true; }
        going.Set();
        return false;
    }

    /// <summary>Lets it go on.</summary>
    public void Resume() => going.Set();

    /// <summary>Whether someone asked for a pause. Only a report that the training thread was told to hand over at once may hold it: at a later one the weights have moved on.</summary>
    public bool WantsStep => isDue = !going.IsSet;

    public void OnStart(TrainingPlan plan)
    {
        Volatile.Write(ref done, plan.FirstStep);
        isDue = !going.IsSet; // a report before the first step is of the weights as they are
    }

    public void OnStep(in StepReport report)
    {
        Volatile.Write(ref done, report.Step);
        if (!isDue) { return; }
        isDue = false;
        standing.Set();
        going.Wait();
        standing.Reset();
    }

    public void OnEnd(TrainingResult result)
    {
        ended = true;
        standing.Set();
    }

    public void Dispose()
    {
        going.Set();
        ended = true;
        standing.Set();
    }
}
