using System.Runtime.InteropServices;

namespace PureLlm.Kernels.Gpu;

/// <summary>NVIDIA's cuBLAS, if it is on this machine: its functions by name.</summary>
/// <remarks>Versions 11 to 13, whose signatures agree. Looked for by the loader's own rules first, then where CUDA_PATH, CUDA_HOME and the usual installation put it.</remarks>
internal sealed unsafe class CublasLibrary
{
    private static readonly Lazy<(CublasLibrary? Library, string Problem)> s_found = new(Load);

    private CublasLibrary(nint library, string name)
    {
        Name = name;
        Create = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "cublasCreate_v2");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cublasDestroy_v2");
        SetStream = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "cublasSetStream_v2");
        SetWorkspace = (delegate* unmanaged<nint, nint, nuint, int>)NativeLibrary.GetExport(library, "cublasSetWorkspace_v2");
        SetMathMode = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "cublasSetMathMode");
        GemmEx = (delegate* unmanaged<nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int>)NativeLibrary.GetExport(library, "cublasGemmEx");
        var property = (delegate* unmanaged<int, int*, int>)NativeLibrary.GetExport(library, "cublasGetProperty");
        int major = 0, minor = 0;
        Version = property(0, &major) == 0 && property(1, &minor) == 0 ? $"{major}.{minor}" : "of unknown version";
    }

    /// <summary>The library, or null.</summary>
    public static CublasLibrary? Found => s_found.Value.Library;

    /// <summary>Why there is none.</summary>
    public static string Problem => s_found.Value.Problem;

    /// <summary>What was found, or why nothing was, in one line.</summary>
    public static string Describe() => Found is { } library ? $"cuBLAS {library.Version} ({library.Name})" : Problem;

    /// <summary>The file that was loaded.</summary>
    public string Name { get; }

    /// <summary>"13.1".</summary>
    public string Version { get; }

    /// <summary>handle*.</summary>
    public delegate* unmanaged<nint*, int> Create { get; }

    /// <summary>handle.</summary>
    public delegate* unmanaged<nint, int> Destroy { get; }

    /// <summary>handle, stream.</summary>
    public delegate* unmanaged<nint, nint, int> SetStream { get; }

    /// <summary>handle, address, bytes.</summary>
    public delegate* unmanaged<nint, nint, nuint, int> SetWorkspace { get; }

    /// <summary>handle, mode.</summary>
    public delegate* unmanaged<nint, int, int> SetMathMode { get; }

    /// <summary>handle, transa, transb, m, n, k, alpha, a, type, lda, b, type, ldb, beta, c, type, ldc, compute type, algorithm.</summary>
    public delegate* unmanaged<nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int> GemmEx { get; }

    /// <summary>File names, the newest first.</summary>
    internal static IReadOnlyList<string> Names => OperatingSystem.IsWindows()
        ? ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"]
        : ["libcublas.so.13", "libcublas.so.12", "libcublas.so.11"];

    /// <summary>Where else than by the loader's rules.</summary>
    internal static IEnumerable<string> Folders()
    {
        IEnumerable<string> roots = new[] { Environment.GetEnvironmentVariable("CUDA_PATH"), Environment.GetEnvironmentVariable("CUDA_HOME") }.OfType<string>().Where(root => root.Length > 0);
        if (OperatingSystem.IsWindows()) { return roots.SelectMany(root => new[] { Path.Combine(root, "bin", "x64"), Path.Combine(root, "bin") }); }
        return roots.Append("/usr/local/cuda").SelectMany(root => new[] { Path.Combine(root, "lib64"), Path.Combine(root, "lib") });
    }

    private static (CublasLibrary?, string) Load()
    {
        string refused = "";
        foreach (string name in Names.Concat(Folders().SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))))
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) { continue; }
            try
            {
                return (new CublasLibrary(library, name), "");
            }
            catch (EntryPointNotFoundException e)
            {
                NativeLibrary.Free(library);
                refused += $"; {name} lacks a function that is needed ({e.Message})";
            }
        }
        string folders = string.Join(", ", Folders());
        return (null, $"cuBLAS: none of {string.Join(", ", Names)} can be loaded, by the loader's rules or from {(folders.Length > 0 ? folders : "CUDA_PATH, which is not set")}{refused}; install the CUDA toolkit, or put its folder of libraries into {(OperatingSystem.IsWindows() ? "PATH" : "LD_LIBRARY_PATH")}");
    }
}
