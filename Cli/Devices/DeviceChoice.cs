using PureLlm.Engine.Configuration;
using PureLlm.Kernels;
using PureLlm.Kernels.Cpu;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Devices;

/// <summary>The device that <c>--device</c> asks for: the processor, or one that a plug-in opens. Never another one than was asked for.</summary>
/// <param name="place">Where a plug-in is looked for.</param>
/// <param name="wanted">What the command line says, or null.</param>
/// <param name="options">How a GPU multiplies matrices; null: the command line says nothing.</param>
internal sealed class DeviceChoice(PluginPlace place, string? wanted, DeviceOptions? options) : IDisposable
{
    /// <summary>The processor, with the kernels of this program.</summary>
    public const string Cpu = "cpu";

    /// <summary>The best GPU that can be used, else the processor.</summary>
    public const string Auto = "auto";

    /// <summary>Code of the message about a device that is not there.</summary>
    public const string Code = "G001";

    private DevicePlugin? plugin;
    private DeviceSurvey? survey;

    /// <summary>What was asked for.</summary>
    public string Wanted { get; } = wanted switch { null => Cpu, "cuda:0" => "cuda", _ => wanted };

    /// <summary>What is there; a plug-in that cannot be used is one of its problems.</summary>
    public DeviceSurvey Survey
    {
        get
        {
            try
            {
                return Find();
            }
            catch (CliException error)
            {
                return survey = DeviceSurvey.Broken(place, error);
            }
        }
    }

    /// <summary>The same, with who multiplies matrices on each device: each is opened for a moment.</summary>
    public DeviceSurvey SurveyWithProducts => Survey is { Products.Count: 0 } plain ? survey = plain with { Products = [.. plain.Devices.Select(ProductsOn)] } : Survey;

    /// <summary>The plug-in.</summary>
    /// <exception cref="CliException">There is none, or it cannot be used.</exception>
    public DevicePlugin Plugin => Find() is { Plugin: null } none ? throw new CliException(ExitCode.Input, none.Reasons) { Code = Code } : plugin!;

    /// <summary>Opens the device; the caller disposes the backend.</summary>
    /// <param name="threads">Threads of the processor; 0 takes all cores.</param>
    /// <param name="note">Takes a line that says what was chosen and why, where that is not plain.</param>
    /// <exception cref="CliException">It is not there or cannot be opened.</exception>
    public Backend Open(int threads, Action<string> note)
    {
        switch (Wanted)
        {
            case Cpu:
                return options is null ? OpenCpu(threads) : throw new CliException(ExitCode.Usage, "--gpu-gemm and --gpu-precision say how a GPU multiplies matrices, and the device is cpu", "add --device cuda, or --device auto");
            case Auto:
                return OpenBest(note) ?? OpenCpu(threads);
            default:
                DeviceInfo device = Find(Wanted);
                Backend backend = OpenWith(device);
                note($"device {device.Id}: {device.Name}, {device.Details}{Products(backend)}");
                return backend;
        }
    }

    /// <summary>The device that is asked for, or the best GPU where none is named.</summary>
    /// <exception cref="CliException">It is not there.</exception>
    public DeviceInfo Gpu()
    {
        if (Wanted is not (Cpu or Auto)) { return Find(Wanted); }
        return Find().Gpus.FirstOrDefault() ?? throw new CliException(ExitCode.Input, "no GPU can be used here", [.. Find().Problems, .. Find().Devices.Select(device => $"--device {device.Id}: {device.Name}, {device.Details}")]) { Code = Code };
    }

    /// <summary>Opens a device that the plug-in listed.</summary>
    /// <exception cref="CliException">It cannot be opened with these options.</exception>
    public Backend Open(DeviceInfo device, DeviceOptions how)
    {
        try
        {
            return plugin!.Open(device, how);
        }
        catch (DeviceException error)
        {
            throw new CliException(ExitCode.Input, error.Message, $"what else there is: pure-llm doctor; on the processor: --device {Cpu}") { Code = Code, Cause = error };
        }
        catch (Exception error) when (error is TypeLoadException or MissingMemberException or TypeInitializationException or FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            throw PluginLoader.Explained(place, error);
        }
    }

    /// <summary>The kernels of this program.</summary>
    public static CpuBackend OpenCpu(int threads) => new(threads, CpuFeatures.Width);

    public void Dispose() => plugin?.Dispose();

    private Backend? OpenBest(Action<string> note)
    {
        List<string> reasons = [.. Survey.Problems];
        foreach (DeviceInfo device in Survey.Gpus)
        {
            try
            {
                Backend backend = OpenWith(device);
                note($"device auto: {device.Id}, {device.Name}, {device.Details}{Products(backend)}");
                return backend;
            }
            catch (CliException error)
            {
                reasons.Add(error.Message);
            }
        }
        note($"device auto: cpu, because no GPU can be used: {string.Join("; ", reasons.DefaultIfEmpty(Survey.Reasons))}");
        return null;
    }

    private static string Products(Backend backend) => backend.Products.Length > 0 ? $"; {backend.Products}" : "";

    private string ProductsOn(DeviceInfo device)
    {
        try
        {
            using Backend backend = OpenWith(device);
            return backend.Products;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return $"it cannot be opened: {error.Message}";
        }
    }

    private DeviceInfo Find(string id)
    {
        DeviceSurvey all = Find();
        if (all.Devices.FirstOrDefault(device => device.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } device) { return device; }
        string[] known = [Cpu, .. all.Devices.Select(item => item.Id)];
        string? near = Spelling.Nearest(id, known.Append(Auto));
        throw new CliException(ExitCode.Input, $"--device {id}: no such device here{(near is null ? "" : $"; did you mean {near}?")}", [.. all.Problems, $"devices of this machine: {string.Join(", ", known)}; --device {Auto} takes the best"]) { Code = Code };
    }

    private Backend OpenWith(DeviceInfo device) => Open(device, options ?? new DeviceOptions());

    private DeviceSurvey Find() => survey ??= DeviceSurvey.Of(place, plugin = PluginLoader.Load(place));
}
