namespace PureLlm.Kernels.Devices;

/// <summary>A device that can be opened.</summary>
/// <param name="Id">What <c>--device</c> calls it: "cuda", "cuda:1", "ilgpu-cpu".</param>
/// <param name="Name">Its name by its maker.</param>
/// <param name="MemoryBytes">Memory of the device.</param>
/// <param name="Details">Architecture, driver, libraries, in one line.</param>
/// <param name="IsEmulated">It is the processor in disguise, for tests; never chosen by "auto".</param>
public sealed record DeviceInfo(string Id, string Name, long MemoryBytes, string Details, bool IsEmulated = false);

/// <summary>What a plug-in found.</summary>
/// <param name="Devices">What can be opened, the best first.</param>
/// <param name="Problems">Why something was not found, a sentence each.</param>
public sealed record DeviceReport(IReadOnlyList<DeviceInfo> Devices, IReadOnlyList<string> Problems);

/// <summary>How a device computes.</summary>
/// <param name="Gemm">Who multiplies matrices.</param>
/// <param name="Precision">What a matrix product rounds its operands to; sums are in float32.</param>
public sealed record DeviceOptions(DeviceGemm Gemm = DeviceGemm.Auto, DevicePrecision Precision = DevicePrecision.Float32);

/// <summary>Who multiplies matrices on a device.</summary>
public enum DeviceGemm
{
    /// <summary>The vendor's library where it is there, else our kernels.</summary>
    Auto,

    /// <summary>Our kernels.</summary>
    Ilgpu,

    /// <summary>The vendor's library, or an error.</summary>
    Cublas,
}

/// <summary>What a matrix product rounds its operands to.</summary>
public enum DevicePrecision
{
    /// <summary>Nothing: 23 bits of fraction.</summary>
    Float32,

    /// <summary>10 bits of fraction, the exponent of float32.</summary>
    TensorFloat32,

    /// <summary>7 bits of fraction, the exponent of float32.</summary>
    BFloat16,
}

/// <summary>One kernel as a device's code.</summary>
/// <param name="Name">Class, method and type arguments.</param>
/// <param name="Text">PTX.</param>
public sealed record KernelCode(string Name, string Text);

/// <summary>A device cannot be used; the message says which, why, and what to do.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);
