using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace PureLlm.Kernels.Gpu;

/// <summary>The queues of a CUDA device with its events; on the emulating processor, whose calls return when they are done, every mark is passed.</summary>
internal sealed class DeviceStreams : ICopyStreams
{
    private readonly Accelerator accelerator;
    private readonly AcceleratorStream compute, copy;
    private readonly PageLockedArray1D<float> host;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> device;
    private readonly List<nint> events = [];

    /// <param name="accelerator">The device.</param>
    /// <param name="compute">Its compute queue.</param>
    /// <param name="words">Words of staging, on either side.</param>
    public DeviceStreams(Accelerator accelerator, AcceleratorStream compute, int words)
    {
        (this.accelerator, this.compute) = (accelerator, compute);
        accelerator.Bind();
        // Non-blocking, like the compute queue: neither is ordered by CUDA's default stream.
        copy = accelerator.CreateStream();
        host = accelerator.AllocatePageLocked1D<float>(words, uninitialized: true);
        device = accelerator.Allocate1D<float>(words);
    }

    public int CreateMark()
    {
        if (compute is CudaStream)
        {
            accelerator.Bind();
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.CreateEvent(out nint handle, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
            events.Add(handle);
        }
        return events.Count - 1;
    }

    public void Set(int mark, StreamKind behind)
    {
        if (Handle(behind) is not { } stream) { return; }
        accelerator.Bind();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.RecordEvent(events[mark], stream));
    }

    public void Hold(StreamKind stream, int mark)
    {
        if (Handle(stream) is not { } handle) { return; }
        accelerator.Bind();
        CudaDriver.StreamWaitEvent(handle, events[mark]);
    }

    public void Wait(int mark)
    {
        if (compute is not CudaStream) { return; }
        accelerator.Bind();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.SynchronizeEvent(events[mark]));
    }

    public bool IsPassed(int mark)
    {
        if (compute is not CudaStream) { return true; }
        accelerator.Bind();
        CudaError result = CudaAPI.CurrentAPI.QueryEvent(events[mark]);
        if (result == CudaError.CUDA_ERROR_NOT_READY) { return false; }
        CudaException.ThrowIfFailed(result);
        return true;
    }

    public void Upload(int start, int words)
    {
        accelerator.Bind();
        Device(start, words).CopyFrom(copy, host.ArrayView.SubView(start, words));
    }

    public void Download(int start, int words)
    {
        accelerator.Bind();
        Device(start, words).CopyTo(copy, host.ArrayView.SubView(start, words));
    }

    public Span<float> Host(int start, int words) => host.Span.Slice(start, words);

    /// <summary>Staging of the device.</summary>
    public ArrayView<float> Device(int start, int words) => device.View.BaseView.SubView(start, words);

    public void Dispose()
    {
        accelerator.Bind();
        copy.Synchronize();
        foreach (nint handle in events) { CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.DestroyEvent(handle)); }
        events.Clear();
        device.Dispose();
        host.Dispose();
        copy.Dispose();
    }

    private nint? Handle(StreamKind kind) => (kind == StreamKind.Compute ? compute : copy) is CudaStream stream ? stream.StreamPtr : null;
}
