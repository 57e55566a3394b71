using System.Reflection;
using System.Runtime.Loader;

namespace PureLlm.Cli.Devices;

/// <summary>A plug-in's own world: its dependencies come from its folder, the contract and the run time from the program.</summary>
internal sealed class PluginLoadContext(string file) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(file))
{
    private readonly AssemblyDependencyResolver resolver = new(file);

    protected override Assembly? Load(AssemblyName name)
    {
        // Two copies of the contract would be two types of one name.
        Assembly contract = typeof(Kernels.Backend).Assembly;
        return name.Name == contract.GetName().Name ? contract
            : resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path)
            : GetLoadContext(typeof(PluginLoadContext).Assembly)?.Assemblies.FirstOrDefault(loaded => loaded.GetName().Name == name.Name);
    }

    protected override nint LoadUnmanagedDll(string name) => resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
