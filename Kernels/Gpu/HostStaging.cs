using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace PureLlm.Kernels.Gpu;

/// <summary>Page-locked memory of the host that a device copies from and to while the host goes on: two halves, each filled piece by piece.</summary>
/// <remarks>A half is used again when the device has passed the mark that was queued behind its last copy; so the host runs ahead by what a half holds.</remarks>
internal sealed class HostStaging : IDisposable
{
    // Pieces start at multiples of this many words: 64 bytes.
    private const int Alignment = 16;

    private readonly AcceleratorStream stream;
    private readonly PageLockedArray1D<float> memory;
    private readonly StreamMark[] marks;
    private int half, used;

    /// <param name="accelerator">The device.</param>
    /// <param name="stream">Where the copies are queued.</param>
    /// <param name="pieceWords">Words of a half: the longest piece.</param>
    public HostStaging(Accelerator accelerator, AcceleratorStream stream, int pieceWords)
    {
        this.stream = stream;
        PieceWords = pieceWords;
        memory = accelerator.AllocatePageLocked1D<float>(2L * pieceWords, uninitialized: true);
        marks = [new StreamMark(stream), new StreamMark(stream)];
    }

    /// <summary>Words of the longest piece.</summary>
    public int PieceWords { get; }

    /// <summary>Where a piece starts that no copy uses; it waits for the device only when both halves are full.</summary>
    public int Take(int words)
    {
        if (words > PieceWords - used)
        {
            marks[half].Set();
            half ^= 1;
            used = 0;
            marks[half].Wait();
        }
        int start = (half * PieceWords) + used;
        used = Math.Min(PieceWords, used + ((words + Alignment - 1) / Alignment * Alignment));
        return start;
    }

    /// <summary>Waits for everything that was queued; all pieces are free.</summary>
    public void Finish()
    {
        stream.Synchronize();
        (half, used) = (0, 0);
        foreach (StreamMark mark in marks) { mark.Clear(); }
    }

    /// <summary>The mark of the half that a piece lies in: set behind the piece's copy, it says when that is done.</summary>
    public StreamMark MarkOf(int start) => marks[start / PieceWords];

    public Span<float> Span(int start, int words) => memory.Span.Slice(start, words);

    public ArrayView<float> View(int start, int words) => memory.ArrayView.SubView(start, words);

    public void Dispose()
    {
        foreach (StreamMark mark in marks) { mark.Dispose(); }
        memory.Dispose();
    }
}

/// <summary>A place in a stream's work that the host can wait for; on the emulating processor, whose calls return when they are done, it is always passed.</summary>
internal sealed class StreamMark : IDisposable
{
    private readonly CudaStream? stream;
    private nint handle;
    private bool isSet;

    public StreamMark(AcceleratorStream stream)
    {
        this.stream = stream as CudaStream;
        if (this.stream is null) { return; }
        using ScopedAcceleratorBinding binding = stream.BindScoped();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.CreateEvent(out handle, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
    }

    /// <summary>Marks the end of what was queued so far.</summary>
    public void Set()
    {
        if (stream is null) { return; }
        using ScopedAcceleratorBinding binding = stream.BindScoped();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.RecordEvent(handle, stream.StreamPtr));
        isSet = true;
    }

    /// <summary>Waits until the device has passed the mark.</summary>
    public void Wait()
    {
        if (stream is null || !isSet) { return; }
        using ScopedAcceleratorBinding binding = stream.BindScoped();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.SynchronizeEvent(handle));
        isSet = false;
    }

    /// <summary>The device is known to have passed it.</summary>
    public void Clear() => isSet = false;

    public void Dispose()
    {
        if (stream is null || handle == 0) { return; }
        using ScopedAcceleratorBinding binding = stream.BindScoped();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.DestroyEvent(handle));
        handle = 0;
    }
}
