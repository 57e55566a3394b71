namespace PureLlm.Kernels.Gpu;

/// <summary>Numbers on their way from the device while it computes on.</summary>
/// <remarks>
/// The compute queue sets them aside in staging of the device, in its order; the copy queue brings them to the host from there. Hazards:
/// copying before they are set aside: the copy queue is held by <c>aside</c>. Reading before they are here: <see cref="Take"/> waits for <c>here</c>, and nothing is
/// queued to that place of the host before the next <see cref="Queue"/>. Setting the next ones aside while these are copied is none: whoever sends again without
/// taking has given these up, and the copies come in order.
/// </remarks>
/// <param name="streams">Where the copies are queued.</param>
/// <param name="start">First word of its staging.</param>
/// <param name="length">Numbers that it carries.</param>
/// <param name="setAside">Queues, on the compute queue, a view's numbers as float32 to words of staging.</param>
/// <param name="release">Gives its staging back.</param>
internal sealed class DeviceReadback(ICopyStreams streams, int start, int length, Action<View, int> setAside, Action<int, int> release) : Readback(length)
{
    private readonly int aside = streams.CreateMark(), here = streams.CreateMark();
    private readonly float[] numbers = new float[length];
    private bool isTaken = true, isDisposed;

    public override bool HasArrived => isTaken || streams.IsPassed(here);

    public override void Queue(View source)
    {
        Check(source);
        setAside(source, start);
        streams.Set(aside, StreamKind.Compute);
        streams.Hold(StreamKind.Copy, aside);
        streams.Download(start, Length);
        streams.Set(here, StreamKind.Copy);
        isTaken = false;
    }

    public override ReadOnlySpan<float> Take()
    {
        if (!isTaken)
        {
            streams.Wait(here);
            streams.Host(start, Length).CopyTo(numbers);
            isTaken = true;
        }
        return numbers;
    }

    public override void Dispose()
    {
        if (isDisposed) { return; }
        isDisposed = true;
        if (!isTaken) { streams.Wait(here); }
        release(start, Length);
    }
}
