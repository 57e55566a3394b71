using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace PureLlm.Kernels.Gpu;

/// <summary>CUDA's driver library: found under the names that it has without development packages, and asked what is wrong.</summary>
internal static unsafe class CudaDriver
{
    // Containers and WSL mount the driver beside the loader's path. The name without a number is that of the toolkit's stub for linking, too: the last resort.
    private static readonly string[] s_names = OperatingSystem.IsWindows() ? ["nvcuda.dll"]
        : ["libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "libcuda.so"];

    private static readonly Lazy<Loaded> s_library = new(() => First(s_names, name => NativeLibrary.TryLoad(name, out nint handle) ? handle : 0, Start));
    private static readonly Lazy<CudaState> s_state = new(Ask);
    private static readonly Lazy<nint> s_streamWaitEvent = new(() => NativeLibrary.GetExport(s_library.Value.Handle, "cuStreamWaitEvent"));
    private static int isMapped;

    /// <summary>What the driver says, asked once.</summary>
    public static CudaState State => s_state.Value;

    /// <summary>Gives ILGPU, which asks for "cuda", the same library: before the loader looks by its own rules, which would take a stub on its path.</summary>
    public static void MapNames()
    {
        if (Interlocked.Exchange(ref isMapped, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, _, _) => name is "cuda" or "nvcuda" ? s_library.Value.Handle : 0);
        }
    }

    /// <summary>The first library that is a driver, whether it starts or not; if there is none, the first that is only a stub.</summary>
    /// <param name="names">What to try, in order.</param>
    /// <param name="load">Handle of a library, or 0.</param>
    /// <param name="start">Result of its cuInit; −1: it has none.</param>
    internal static Loaded First(IEnumerable<string> names, Func<string, nint> load, Func<nint, int> start)
    {
        Loaded stub = default;
        foreach (string name in names)
        {
            if (load(name) is not (not 0 and nint handle)) { continue; }
            Loaded loaded = new(handle, name, start(handle));
            if (loaded.Initialisation != CudaState.StubLibrary) { return loaded; }
            stub = stub.Name is null ? loaded : stub;
        }
        return stub;
    }

    /// <summary>Work that a stream gets from now on waits for an event as it is recorded now; ILGPU lacks the call.</summary>
    public static void StreamWaitEvent(nint stream, nint recorded) =>
        CudaException.ThrowIfFailed((CudaError)((delegate* unmanaged<nint, nint, uint, int>)s_streamWaitEvent.Value)(stream, recorded, 0));

    private static int Start(nint library) => NativeLibrary.TryGetExport(library, "cuInit", out nint init) ? ((delegate* unmanaged<uint, int>)init)(0) : -1;

    private static CudaState Ask()
    {
        (nint library, string? name, int result) = s_library.Value;
        string looked = string.Join(", ", s_names);
        string? module = ModuleVersion(), visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        if (name is null) { return new CudaState(null, looked, 0, "", 0, 0, module, visible); }
        if (result == -1 || !NativeLibrary.TryGetExport(library, "cuDriverGetVersion", out nint getVersion) || !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out nint getCount))
        {
            return new CudaState(name, looked, -1, "it lacks cuInit, cuDriverGetVersion or cuDeviceGetCount", 0, 0, module, visible);
        }
        int version = 0, count = 0;
        _ = ((delegate* unmanaged<int*, int>)getVersion)(&version);
        if (result == 0) { result = ((delegate* unmanaged<int*, int>)getCount)(&count); }
        return new CudaState(name, looked, result, result == 0 ? "" : Describe(library, result), version, count, module, visible);
    }

    /// <summary>Name and sentence of a result of the driver.</summary>
    private static string Describe(nint library, int result)
    {
        IEnumerable<string?> parts = new[] { "cuGetErrorName", "cuGetErrorString" }.Select(function => NativeLibrary.TryGetExport(library, function, out nint address) ? Text(address, result) : null);
        return string.Join(": ", parts.Where(part => part is not null));
    }

    private static string? Text(nint function, int result)
    {
        nint text = 0;
        return ((delegate* unmanaged<int, nint*, int>)function)(result, &text) == 0 ? Marshal.PtrToStringUTF8(text) : null;
    }

    /// <summary>"570.86.15" of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  …".</summary>
    private static string? ModuleVersion()
    {
        const string Path = "/proc/driver/nvidia/version";
        try
        {
            return File.Exists(Path) ? File.ReadAllText(Path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.Contains('.') && word.All(c => char.IsAsciiDigit(c) || c == '.')) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // only one detail of the report
        }
    }

    /// <summary>A library that was loaded; without a name there is none.</summary>
    /// <param name="Handle">Of the loader.</param>
    /// <param name="Name">Name that it was loaded by.</param>
    /// <param name="Initialisation">Result of cuInit.</param>
    internal readonly record struct Loaded(nint Handle, string? Name, int Initialisation);
}
