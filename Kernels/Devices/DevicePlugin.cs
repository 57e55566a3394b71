namespace PureLlm.Kernels.Devices;

/// <summary>A backend that lives in an assembly of its own and is loaded at run time: what it finds on this machine, and how to open it.</summary>
/// <remarks>The assembly has one public class that derives from this one, with a constructor without parameters, and says
/// <c>[assembly: AssemblyMetadata("PureLlm.DeviceContract", DevicePlugin.Contract)]</c>: the contract that it was built against.</remarks>
public abstract class DevicePlugin : IDisposable
{
    /// <summary>Version of <see cref="Backend"/> and of this class; a plug-in that was built against another one is refused.</summary>
    public const string Contract = "2";

    /// <summary>Name of the assembly's metadata that holds its contract.</summary>
    public const string ContractKey = "PureLlm.DeviceContract";

    /// <summary>What it stands on: "ILGPU 1.5.3".</summary>
    public abstract string Description { get; }

    /// <summary>What was found, and why something was not. Never throws for want of a device, a driver or a library.</summary>
    public abstract DeviceReport Find();

    /// <summary>Opens a device that <see cref="Find"/> listed.</summary>
    /// <exception cref="DeviceException">The device or a library that the options ask for cannot be used; the message says why.</exception>
    public abstract Backend Open(DeviceInfo device, DeviceOptions options);

    /// <summary>Every kernel as the code that a device of an architecture ("sm_90") is given; needs no device.</summary>
    public abstract IEnumerable<KernelCode> Compile(string architecture);

    public abstract void Dispose();
}
