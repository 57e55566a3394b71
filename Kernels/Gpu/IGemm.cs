using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <summary>Who multiplies matrices in our stead, in the memory and on the stream of a device.</summary>
internal interface IGemm : IDisposable
{
    /// <summary>"cuBLAS 12.4".</summary>
    string Description { get; }

    /// <summary>result = first·second, or result += first·second, column-major; the sums in float32.</summary>
    /// <param name="precision"><see cref="DevicePrecision.BFloat16"/>: the operands are bfloat16; else float32.</param>
    void Multiply(in GemmArguments arguments, nint first, nint second, nint result, DevicePrecision precision, bool accumulates);
}
