namespace PureLlm.Engine.Training;

/// <summary>Holds a run between two steps while another thread looks at it.</summary>
/// <remarks>The training thread waits inside <see cref="OnStep"/>, so weights and moments stand still. A run that nobody pauses pays one volatile read a step.</remarks>
public sealed class TrainingPause : ITrainingObserver, IDisposable
{
    private readonly object gate = new(); // waited on
    private long done;
    private volatile bool asked, stands, ended;
    private bool isDue;

    /// <summary>Steps that are done.</summary>
    public long StepsDone => Volatile.Read(ref done);

    /// <summary>Whether the run stands still, or has ended.</summary>
    public bool IsPaused => ended || (asked && stands);

    /// <summary>Whether it stands still or will after the step that it is in.</summary>
    public bool IsAsked => asked && !ended;

    /// <summary>Whether there is nothing to go on with.</summary>
    public bool HasEnded => ended;

    /// <summary>Asks the run to stand still after the step that it is in.</summary>
    public void Ask()
    {
        lock (gate) { asked = true; }
    }

    /// <summary>Asks the run to stand still after the step that it is in, and waits for it.</summary>
    /// <returns>False: it did not come to a stop in that time and is no longer asked to, or somebody else let it go on.</returns>
    public bool Pause(TimeSpan patience)
    {
        long until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        lock (gate)
        {
            asked = true;
            while (!IsPaused)
            {
                long left = until - Environment.TickCount64;
                if (left <= 0 || !asked)
                {
                    asked = false;
                    return false;
                }
                Monitor.Wait(gate, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    /// <summary>Does something while the run stands still: it cannot go on meanwhile.</summary>
    /// <returns>False: it does not stand still, and nothing was done.</returns>
    public bool WhileStanding(Action work)
    {
        lock (gate)
        {
            if (ended || !IsPaused) { return false; }
            work();
            return true;
        }
    }

    /// <summary>Lets it go on.</summary>
    public void Resume()
    {
        lock (gate)
        {
            asked = false;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Whether someone asked for a pause. Only a report that the training thread was told to hand over at once may hold it: at a later one the weights have moved on.</summary>
    public bool WantsStep => isDue = asked;

    public void OnStart(TrainingPlan plan)
    {
        Volatile.Write(ref done, plan.FirstStep);
        isDue = asked; // a report before the first step is of the weights as they are
    }

    public void OnStep(in StepReport report)
    {
        Volatile.Write(ref done, report.Step);
        if (!isDue) { return; }
        isDue = false;
        lock (gate)
        {
            while (asked && !ended)
            {
                stands = true;
                Monitor.PulseAll(gate);
                Monitor.Wait(gate);
            }
            stands = false;
        }
    }

    public void OnEnd(TrainingResult result) => End();

    public void Dispose() => End();

    private void End()
    {
        lock (gate)
        {
            ended = true;
            Monitor.PulseAll(gate);
        }
    }
}
