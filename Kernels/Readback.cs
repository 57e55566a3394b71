namespace PureLlm.Kernels;

/// <summary>A few numbers on their way from a device to the host: queued behind the work so far, taken when they are needed.</summary>
/// <remarks>Between the two the host queues what follows. Not thread-safe.</remarks>
public abstract class Readback(int length) : IDisposable
{
    /// <summary>Numbers that it carries.</summary>
    public int Length { get; } = length;

    /// <summary>Whether <see cref="Take"/> would not wait.</summary>
    public abstract bool HasArrived { get; }

    /// <summary>Sends for the numbers that a view has when the work queued so far is done; what is queued later may overwrite the view. Numbers sent for before are lost.</summary>
    /// <exception cref="ArgumentException">The view has another length.</exception>
    public abstract void Queue(View source);

    /// <summary>The numbers that were sent for last, until the next <see cref="Queue"/>; waits for them where they have not arrived.</summary>
    public abstract ReadOnlySpan<float> Take();

    public abstract void Dispose();

    /// <summary>Refuses a view of another length.</summary>
    protected void Check(View source)
    {
        int length = source.IsEmpty ? 0 : source.Length;
        if (length != Length) { throw new ArgumentException($"Readback: a view of {length} numbers was sent for, and {Length} are carried.", nameof(source)); }
    }
}

/// <summary>Of a backend whose calls return when they are done.</summary>
internal sealed class ImmediateReadback(Backend backend, int length) : Readback(length)
{
    private readonly float[] numbers = new float[length];

    public override bool HasArrived => true;

    public override void Queue(View source)
    {
        Check(source);
        backend.Read(source, numbers);
    }

    public override ReadOnlySpan<float> Take() => numbers;

    public override void Dispose()
    {
    }
}
