using System.Reflection;
using PureLlm.Kernels.Devices;

namespace PureLlm.Cli.Devices;

/// <summary>Loads the device plug-in; every failure names the place, the reason and the next move.</summary>
internal static class PluginLoader
{
    /// <summary>Code of every message about a plug-in that is there and cannot be used.</summary>
    public const string Code = "G002";

    /// <summary>How a plug-in is made.</summary>
    public const string Publish = "dotnet publish -c Release Kernels/Gpu -o <folder of pure-llm>/plugins/ilgpu";

    /// <summary>The plug-in, or null where none is and no one named a place.</summary>
    /// <exception cref="CliException">One is named or there, and it cannot be used.</exception>
    public static DevicePlugin? Load(PluginPlace place)
    {
        if (!place.Exists)
        {
            return !place.IsNamed ? null : throw Failure(place.Path, $"{PluginPlace.Variable} names it, and neither a folder nor a file is there", $"unset {PluginPlace.Variable}, or name the folder that '{Publish}' wrote");
        }
        if (!File.Exists(place.File)) { throw Failure(place.Shown, $"the folder holds no {PluginPlace.FileName}", Publish); }
        RequireContract(place);
        try
        {
            Assembly assembly = new PluginLoadContext(place.File).LoadFromAssemblyPath(place.File);
            Type[] found = [.. assembly.GetExportedTypes().Where(type => !type.IsAbstract && typeof(DevicePlugin).IsAssignableFrom(type) && type.GetConstructor(Type.EmptyTypes) is not null)];
            return found is [Type only] ? (DevicePlugin)Activator.CreateInstance(only, BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, null, null)!
                : throw Failure(place.Shown, $"it must have one public class that derives from {nameof(DevicePlugin)} and has a constructor without parameters, and it has {found.Length}", "another assembly of the folder may be the plug-in");
        }
        catch (CliException)
        {
            throw;
        }
        catch (Exception error)
        {
            throw Explained(place, error);
        }
    }

    /// <summary>A failure inside code that was loaded: what is missing, or what it threw.</summary>
    public static CliException Explained(PluginPlace place, Exception error) => error switch
    {
        FileNotFoundException { FileName: { } missing } => Failure(place.Shown, $"it needs {Short(missing)}, which is neither in its folder nor in the program", Publish, error),
        FileLoadException { FileName: { } refused } => Failure(place.Shown, $"it needs {Short(refused)}, and another version is in the program: {error.Message}", $"build both from the same source: {Publish}", error),
        BadImageFormatException => Failure(place.Shown, $"a file of it is damaged, or for another processor: {error.Message}", Publish, error),
        TypeLoadException or MissingMemberException => Failure(place.Shown, $"it was built with other sources than this program: {error.Message}", $"build both from the same source: {Publish}", error),
        TypeInitializationException { InnerException: { } inner } => Explained(place, inner),
        _ => Failure(place.Shown, $"its start failed: {error.GetType().Name}: {error.Message}", "with -v the whole exception; without the plug-in: --device cpu", error),
    };

    /// <summary>Reads the contract from the file, before any of its code can run.</summary>
    private static void RequireContract(PluginPlace place)
    {
        string? contract;
        try
        {
            contract = PluginMetadata.Read(place.File, DevicePlugin.ContractKey);
        }
        catch (Exception error) when (error is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw Failure(place.Shown, $"{Path.GetFileName(place.File)} cannot be read as a .NET assembly: {error.Message.TrimEnd('.')}", Publish, error);
        }
        if (contract is null) { throw Failure(place.Shown, $"{Path.GetFileName(place.File)} is an assembly, but no plug-in of pure-llm: it does not say {DevicePlugin.ContractKey}", $"name the folder that '{Publish}' wrote"); }
        if (contract != DevicePlugin.Contract) { throw Failure(place.Shown, $"it was built against contract {contract}, and this program has contract {DevicePlugin.Contract}; nothing of it was loaded", $"build both from the same source: {Publish}"); }
    }

    private static string Short(string assembly) => string.Join(' ', assembly.Split(", ").Take(2)).Replace("Version=", "", StringComparison.Ordinal);

    private static CliException Failure(string place, string reason, string move, Exception? inner = null) =>
        new(ExitCode.Input, $"the GPU plug-in {place} cannot be used: {reason}", move) { Code = Code, Cause = inner };
}
