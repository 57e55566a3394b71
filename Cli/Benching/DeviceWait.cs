using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;

namespace PureLlm.Cli.Benching;

/// <summary>The end of what was asked of a device: its operations are queued, and a clock must not stop before they are done.</summary>
internal sealed class DeviceWait(Backend backend) : IDisposable
{
    private readonly TensorBuffer? one = backend is CpuBackend ? null : backend.Allocate(1);
    private readonly float[] host = new float[1];

    /// <summary>Returns when everything that was queued is done; at once on the CPU, which never queues.</summary>
    public void Wait()
    {
        if (one is not null) { backend.Read(new View(one, 0, 1), host); }
    }

    public void Dispose() => one?.Dispose();
}
