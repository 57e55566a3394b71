using ILGPU.Runtime;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <summary>Who multiplies matrices on a device, and why.</summary>
/// <param name="Library">The vendor's library; null: our kernels alone.</param>
/// <param name="Description">The choice and its reason in one line.</param>
internal sealed record Multiplier(IGemm? Library, string Description)
{
    /// <summary>What the options ask for. Where the choice is ours, a library that is missing or does not start leaves the products to our kernels.</summary>
    /// <param name="options">Who was asked for, and in which precision.</param>
    /// <param name="obstacle">Why there is no library to start, or null.</param>
    /// <param name="start">Starts the library.</param>
    /// <exception cref="DeviceException">The library was asked for and cannot be used.</exception>
    /// <param name="hasTensorCores">Whether our kernels can multiply in lower precision.</param>
    public static Multiplier Choose(DeviceOptions options, string? obstacle, Func<IGemm> start, bool hasTensorCores = false)
    {
        if (options.Gemm == DeviceGemm.Ilgpu) { return Ours(options, "--gpu-gemm ilgpu asks for them", hasTensorCores); }
        if (obstacle is null)
        {
            try
            {
                IGemm library = start();
                return new Multiplier(library, $"{library.Description} multiplies {(options.Gemm == DeviceGemm.Cublas ? "all matrices" : "large matrices")} in {Name(options.Precision)}{(options.Gemm == DeviceGemm.Cublas ? "" : ", our kernels small ones in float32")}");
            }
            catch (Exception e) when (e is DeviceException or AcceleratorException or OutOfMemoryException)
            {
                if (options.Gemm == DeviceGemm.Cublas) { throw new DeviceException($"{e.Message}; use --gpu-gemm ilgpu to do without cuBLAS", e); }
                obstacle = e.Message;
            }
        }
        return options.Gemm == DeviceGemm.Cublas ? throw new DeviceException($"{obstacle}; or use --gpu-gemm ilgpu") : Ours(options, obstacle, hasTensorCores);
    }

    private static Multiplier Ours(DeviceOptions options, string reason, bool hasTensorCores) => new(null, (options.Precision, hasTensorCores) switch
    {
        (DevicePrecision.Float32, _) => $"our kernels multiply all matrices in float32: {reason}",
        (_, true) => $"our kernels multiply large matrices in {Name(options.Precision)} on tensor cores, which no device has run before, and small ones in float32: {reason}",
        _ => $"our kernels multiply all matrices in float32, not in {Name(options.Precision)}, which needs cuBLAS or a GPU of Ampere or newer: {reason}",
    });

    private static string Name(DevicePrecision precision) => precision switch
    {
        DevicePrecision.TensorFloat32 => "tf32",
        DevicePrecision.BFloat16 => "bf16",
        _ => "float32",
    };
}
