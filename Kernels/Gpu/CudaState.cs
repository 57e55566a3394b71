using System.Globalization;

namespace PureLlm.Kernels.Gpu;

/// <summary>What CUDA's driver library said when it was asked: enough to tell what is there, and why something is not.</summary>
/// <param name="Library">Name that it was loaded by; null: it was not found.</param>
/// <param name="Looked">Names that were tried.</param>
/// <param name="Initialisation">Result of cuInit; 0 is success.</param>
/// <param name="InitialisationText">What the driver calls that result: "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected".</param>
/// <param name="Version">Newest CUDA version of the driver: 12040 is 12.4; 0: unknown.</param>
/// <param name="Count">Devices that it shows.</param>
/// <param name="Module">Version of the kernel's driver module: "570.86.15"; null: unknown, or not loaded.</param>
/// <param name="Visible">The variable CUDA_VISIBLE_DEVICES; null: not set.</param>
internal sealed record CudaState(string? Library, string Looked, int Initialisation, string InitialisationText, int Version, int Count, string? Module, string? Visible)
{
    /// <summary>CUDA_ERROR_STUB_LIBRARY: what cuInit of the toolkit's library for linking gives.</summary>
    public const int StubLibrary = 34;

    private const int NoDevice = 100, NotReady = 802, Mismatch = 803, NotForThisDevice = 804;

    /// <summary>The oldest driver that ILGPU can hand its code to: CUDA 9.</summary>
    private const int OldestVersion = 9000;

    /// <summary>"CUDA 12.4, driver 550.54.15".</summary>
    public string Versions => string.Create(CultureInfo.InvariantCulture, $"CUDA {Version / 1000}.{Version % 1000 / 10}{(Module is null ? "" : $", driver {Module}")}");

    /// <summary>Why no device can be used, and what to do; null: some can.</summary>
    public string? Problem
    {
        get
        {
            if (Library is null)
            {
                return Module is null
                    ? $"CUDA: no NVIDIA driver: none of {Looked} can be loaded; install the driver of the GPU, or start the container with its GPUs"
                    : $"CUDA: the driver {Module} runs, but none of {Looked} can be loaded; put its folder on LD_LIBRARY_PATH, or start the container with its GPUs";
            }
            if (Initialisation == StubLibrary)
            {
                return $"CUDA: {Library} is the toolkit's stub for linking, not the driver, and no other of {Looked} can be loaded{(Module is null ? "" : $", though the driver {Module} runs")}; take the folder 'stubs' off LD_LIBRARY_PATH, and put the driver's there or install the driver";
            }
            if (Version is > 0 and < OldestVersion)
            {
                return $"CUDA: the driver is too old: {Versions}, and ILGPU needs CUDA {OldestVersion / 1000} or newer; update the NVIDIA driver";
            }
            if (Initialisation == NoDevice || (Initialisation == 0 && Count == 0))
            {
                return Visible is null
                    ? $"CUDA: the driver ({Versions}) sees no GPU; nvidia-smi shows what it sees"
                    : $"CUDA: CUDA_VISIBLE_DEVICES=\"{Visible}\" hides every GPU; unset it, or name one: CUDA_VISIBLE_DEVICES=0";
            }
            return Initialisation switch
            {
                0 => null,
                NotReady => $"CUDA: the system is not ready ({InitialisationText}); on machines with NVSwitch the fabric manager must run: systemctl start nvidia-fabricmanager",
                Mismatch => $"CUDA: {Library} and the kernel's driver module{(Module is null ? "" : $" {Module}")} are of different versions ({InitialisationText}); restart the machine after an update of the driver",
                NotForThisDevice => $"CUDA: {Library} is of a forward-compatibility package that this GPU does not allow ({InitialisationText}); take its folder off LD_LIBRARY_PATH",
                _ => $"CUDA: {Library} does not start: {InitialisationText} ({Initialisation}); nvidia-smi may say why",
            };
        }
    }
}
