using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;

namespace PureLlm.Kernels.Gpu;

/// <summary>CUDA's driver library: found under the names that it has without development packages, and asked what is wrong.</summary>
internal static unsafe class CudaDriver
{
    // Containers and WSL mount the driver beside the loader's path.
    private static readonly string[] s_names = OperatingSystem.IsWindows() ? ["nvcuda.dll"]
        : ["libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];

    private static readonly Lazy<(nint Handle, string? Name)> s_library = new(Load);
    private static readonly Lazy<CudaState> s_state = new(Ask);
    private static int isMapped;

    /// <summary>What the driver says, asked once.</summary>
    public static CudaState State => s_state.Value;

    /// <summary>Lets ILGPU, which asks for "cuda", find the library.</summary>
    public static void MapNames()
    {
        if (Interlocked.Exchange(ref isMapped, 1) == 0)
        {
            AssemblyLoadContext.GetLoadContext(typeof(Context).Assembly)!.ResolvingUnmanagedDll += (_, name) => name is "cuda" or "nvcuda" ? s_library.Value.Handle : 0;
        }
    }

    private static (nint, string?) Load()
    {
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle)) { return (handle, name); }
        }
        return (0, null);
    }

    private static CudaState Ask()
    {
        (nint library, string? name) = s_library.Value;
        string looked = string.Join(", ", s_names);
        string? module = ModuleVersion(), visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        if (name is null) { return new CudaState(null, looked, 0, "", 0, 0, module, visible); }
        if (!NativeLibrary.TryGetExport(library, "cuInit", out nint init) || !NativeLibrary.TryGetExport(library, "cuDriverGetVersion", out nint getVersion) || !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out nint getCount))
        {
            return new CudaState(name, looked, -1, "it lacks cuInit, cuDriverGetVersion or cuDeviceGetCount", 0, 0, module, visible);
        }
        int result = ((delegate* unmanaged<uint, int>)init)(0), version = 0, count = 0;
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
}
