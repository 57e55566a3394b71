using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <summary>cuBLAS on a stream of ILGPU's. One stream and a workspace of its own: the same product gives the same bits.</summary>
internal sealed unsafe class Cublas : IGemm
{
    // What NVIDIA's manual recommends for its newest devices.
    private const int WorkspaceBytes = 32 << 20;

    // cublasOperation_t, cudaDataType_t, cublasComputeType_t, cublasMath_t, cublasGemmAlgo_t.
    private const int NotTransposed = 0, Transposed = 1;
    private const int Real32 = 0, RealBFloat16 = 14;
    private const int Compute32 = 68, Compute32FastTensor = 77;
    private const int DefaultMath = 0, DefaultAlgorithm = -1;

    private readonly CublasLibrary library;
    private readonly Accelerator accelerator;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? workspace;
    private nint handle;

    private Cublas(CublasLibrary library, CudaAccelerator accelerator, CudaStream stream)
    {
        (this.library, this.accelerator) = (library, accelerator);
        accelerator.Bind();
        nint created = 0;
        Check(library.Create(&created), "cublasCreate_v2");
        handle = created;
        try
        {
            workspace = accelerator.Allocate1D<byte>(WorkspaceBytes);
            // In this order: a new stream brings back the library's own workspace.
            Check(library.SetStream(handle, stream.StreamPtr), "cublasSetStream_v2");
            Check(library.SetWorkspace(handle, workspace.NativePtr, WorkspaceBytes), "cublasSetWorkspace_v2");
            Check(library.SetMathMode(handle, DefaultMath), "cublasSetMathMode");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Description => $"cuBLAS {library.Version}";

    /// <summary>What the options ask for: cuBLAS, or our own kernels.</summary>
    /// <exception cref="DeviceException">cuBLAS was asked for and is not there, or refuses to work.</exception>
    public static Multiplier Open(Accelerator accelerator, AcceleratorStream stream, DeviceOptions options) =>
        accelerator is not CudaAccelerator cuda || stream is not CudaStream cudaStream ? Multiplier.Choose(options, $"cuBLAS multiplies on CUDA devices only, and this one is {accelerator.Name}", null!, GpuBackend.CanUseTensorCores(accelerator))
        : CublasLibrary.Found is not { } library ? Multiplier.Choose(options, CublasLibrary.Problem, null!, GpuBackend.CanUseTensorCores(accelerator))
        : Multiplier.Choose(options, null, () => new Cublas(library, cuda, cudaStream), GpuBackend.CanUseTensorCores(accelerator));

    public void Multiply(in GemmArguments arguments, nint first, nint second, nint result, DevicePrecision precision, bool accumulates)
    {
        accelerator.Bind();
        float one = 1f, beta = accumulates ? 1f : 0f;
        int type = precision == DevicePrecision.BFloat16 ? RealBFloat16 : Real32;
        int status = library.GemmEx(
            handle, arguments.TransposesFirst ? Transposed : NotTransposed, arguments.TransposesSecond ? Transposed : NotTransposed, arguments.M, arguments.N, arguments.K,
            &one, first, type, arguments.FirstStride, second, type, arguments.SecondStride, &beta, result, Real32, arguments.ResultStride,
            precision == DevicePrecision.TensorFloat32 ? Compute32FastTensor : Compute32, DefaultAlgorithm);
        if (status != 0) { throw new DeviceException($"{Failure("cublasGemmEx", status)}; it was asked for {arguments} in {precision}"); }
    }

    public void Dispose()
    {
        if (handle == 0) { return; }
        accelerator.Bind();
        _ = library.Destroy(handle);
        handle = 0;
        workspace?.Dispose();
    }

    /// <summary>Which call failed, and what its status means.</summary>
    internal static string Failure(string call, int status) => $"{call} failed with status {status}: {Meaning(status)}";

    private static void Check(int status, string call)
    {
        if (status != 0) { throw new DeviceException(Failure(call, status)); }
    }

    private static string Meaning(int status) => status switch
    {
        1 => "not initialised: no CUDA device or context, or the driver is older than the library",
        3 => "the device has no memory left for the library; use a smaller model, batch or context",
        7 => "an argument is not supported",
        8 => "the device is too old for this kind of product; use --gpu-precision float32",
        11 => "the device memory could not be reached",
        13 => "the kernel could not be launched or failed",
        14 => "an internal operation of the library failed",
        15 => "this kind of product is not supported on the device",
        16 => "the library's licence does not allow it",
        _ => "a status that the manual does not list",
    };
}
