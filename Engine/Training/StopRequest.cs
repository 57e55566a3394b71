namespace PureLlm.Engine.Training;

/// <summary>How a run is asked to end early. The first request: finish the step, save, return. The second: return at once, without saving.</summary>
/// <remarks>May be called from any thread, such as a signal handler.</remarks>
public sealed class StopRequest
{
    private int requests;

    public bool IsRequested => Volatile.Read(ref requests) > 0;

    public bool IsImmediate => Volatile.Read(ref requests) > 1;

    /// <summary>Asks once more; returns how many times it was asked.</summary>
    public int Request() => Interlocked.Increment(ref requests);
}
