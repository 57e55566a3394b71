using System.Globalization;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using PureLlm.Kernels.Devices;

[assembly: AssemblyMetadata(DevicePlugin.ContractKey, DevicePlugin.Contract)]

namespace PureLlm.Kernels.Gpu;

/// <summary>The devices of ILGPU: NVIDIA GPUs through CUDA, and the processor that emulates one for tests.</summary>
public sealed class IlgpuPlugin : DevicePlugin
{
    /// <summary>Name of the emulating processor.</summary>
    public const string EmulatorId = "ilgpu-cpu";

    // One thread of the system for each thread of a group: more of them cost seconds a call.
    private const int EmulatedThreads = 16;

    public IlgpuPlugin()
    {
        DeviceMath.Remap();
        CudaDriver.MapNames();
    }

    public override string Description => $"ILGPU {typeof(Context).Assembly.GetName().Version?.ToString(3)}";

    public override DeviceReport Find()
    {
        CudaState cuda = CudaDriver.State;
        List<string> problems = cuda.Problem is { } problem ? [problem] : [];
        List<DeviceInfo> devices = [];
        if (problems.Count == 0) { ListCuda(cuda, devices, problems); }
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        devices.Add(new DeviceInfo(EmulatorId, "ILGPU's emulating processor", memory, $"groups of {EmulatedThreads} threads; for tests of the kernels, very slow", IsEmulated: true));
        return new DeviceReport(devices, problems);
    }

    public override Backend Open(DeviceInfo device, DeviceOptions options)
    {
        try
        {
            return device.Id == EmulatorId ? OpenEmulator(options) : OpenCuda(device.Id, options);
        }
        catch (Exception e) when (e is AcceleratorException or NotSupportedException)
        {
            throw new DeviceException($"{device.Id}: {device.Name} was found and cannot be opened: {e.Message}; another program may hold it in exclusive mode or fill its memory (nvidia-smi shows it)", e);
        }
    }

    public override IEnumerable<KernelCode> Compile(string architecture) => KernelCatalog.Compile(architecture);

    /// <summary>The emulating processor, in groups of 16 threads, two warps.</summary>
    internal static GpuBackend OpenEmulator(DeviceOptions options)
    {
        DeviceMath.Remap();
        Context context = CreateContext(builder => builder.CPU(new CPUDevice(EmulatedThreads / 2, 2, 1)));
        var gpu = new GpuBackend(context.CreateCPUAccelerator(0), EmulatorId, options);
        gpu.Arenas.Limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return gpu;
    }

    /// <summary>A context with the instructions that our kernels need.</summary>
    internal static Context CreateContext(Action<Context.Builder> devices)
    {
        Context context = Context.Create(builder => devices(builder.Optimize(OptimizationLevel.O2)));
        DeviceMath.Register(context);
        return context;
    }

    /// <summary>"cuda" for the first, "cuda:1" for the next.</summary>
    internal static string CudaId(int ordinal) => ordinal == 0 ? "cuda" : $"cuda:{ordinal}";

    private static GpuBackend OpenCuda(string id, DeviceOptions options)
    {
        int ordinal = id == "cuda" ? 0 : int.Parse(id.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture);
        Context context = CreateContext(builder => builder.Cuda());
        try
        {
            foreach (CudaDevice device in context.GetCudaDevices())
            {
                if (device.DeviceId == ordinal) { return new GpuBackend(device.CreateCudaAccelerator(context), id, options); }
            }
            throw new DeviceException($"{id}: it was there a moment ago, and CUDA does not list it now; nvidia-smi may say why");
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static void ListCuda(CudaState cuda, List<DeviceInfo> devices, List<string> problems)
    {
        foreach (CudaDevice device in CudaDevice.GetDevices(_ => true).OfType<CudaDevice>())
        {
            string id = CudaId(device.DeviceId);
            if (device is { Architecture: { } architecture, InstructionSet: { } instructions })
            {
                devices.Add(new DeviceInfo(id, device.Name, device.MemorySize,
                    $"{architecture.ToString().ToLowerInvariant()}, {device.NumMultiprocessors} multiprocessors, {cuda.Versions}, PTX {instructions}, {cuda.Library}, {(CublasLibrary.Found is null ? "no cuBLAS" : CublasLibrary.Describe())}"));
            }
            else
            {
                problems.Add($"{id}: {device.Name} needs a newer driver than {cuda.Versions} to be given code; update the NVIDIA driver");
            }
        }
        if (devices.Count + problems.Count < cuda.Count)
        {
            problems.Add($"CUDA counts {cuda.Count} devices, and {cuda.Count - devices.Count - problems.Count} of them did not answer; nvidia-smi may say why");
        }
        if (devices.Count > 0 && CublasLibrary.Found is null)
        {
            problems.Add($"{CublasLibrary.Problem}; until then our own kernels multiply matrices, in float32");
        }
    }

    public override void Dispose()
    {
    }
}
