using System.Reflection;
using System.Reflection.Emit;
using PureLlm.Kernels.Devices;

namespace PureLlm.Tests.Cli.Devices;

/// <summary>Small assemblies on disk: a contract, and a class for each type that they derive from.</summary>
internal static class EmittedAssembly
{
    /// <summary>Writes NAME.dll into a folder, which is made, and returns its path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="contract">What it says of its contract; null: nothing.</param>
    /// <param name="parents">A public class with a constructor without parameters is made from each.</param>
    /// <param name="name">Of the assembly.</param>
    public static string Write(string folder, string? contract, Type[] parents, string name = "PureLlm.Kernels.Gpu")
    {
        CustomAttributeBuilder[] attributes = contract is null ? [] : [new(typeof(AssemblyMetadataAttribute).GetConstructors()[0], [DevicePlugin.ContractKey, contract])];
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly, attributes);
        ModuleBuilder module = assembly.DefineDynamicModule(name);
        foreach (Type parent in parents)
        {
            TypeBuilder type = module.DefineType($"Emitted.Of{parent.Name}", TypeAttributes.Public | TypeAttributes.Class, parent);
            type.DefineDefaultConstructor(MethodAttributes.Public);
            type.CreateType();
        }
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{name}.dll");
        assembly.Save(path);
        return path;
    }
}
