using System.Globalization;
using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using PureLlm.Kernels.Devices;

namespace PureLlm.Kernels.Gpu;

/// <summary>Every kernel of this assembly, found by reflection: the public static void methods of the classes whose name ends in "Kernels".</summary>
/// <remarks>A generic kernel is closed over every struct of this assembly and of <see cref="Kernels"/> that its constraints allow, or as its <see cref="VariantsAttribute"/> says.</remarks>
internal static class KernelCatalog
{
    // The PTX of CUDA 12.0: every ptxas since then reads it.
    private static readonly CudaInstructionSet s_instructions = CudaInstructionSet.ISA_80;

    /// <summary>The kernels with their names: "ElementwiseKernels.Run&lt;MapFunction&lt;Silu&gt;&gt;".</summary>
    public static IEnumerable<(string Name, MethodInfo Method)> All =>
        from method in Definitions
        from closed in method.IsGenericMethodDefinition ? Closed(method) : [method]
        select (NameOf(closed), closed);

    /// <summary>The kernels as they are written, generic ones open.</summary>
    public static IEnumerable<MethodInfo> Definitions =>
        from type in typeof(KernelCatalog).Assembly.GetTypes()
        where type.IsClass && type.IsAbstract && type.IsSealed && type.Name.EndsWith("Kernels", StringComparison.Ordinal)
        orderby type.Name
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void)
        orderby method.Name
        select method;

    /// <summary>PTX of every kernel for an architecture ("sm_90").</summary>
    /// <exception cref="DeviceException">No such architecture.</exception>
    public static IEnumerable<KernelCode> Compile(string architecture)
    {
        if (!architecture.StartsWith("sm_", StringComparison.Ordinal) || !int.TryParse(architecture.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int digits) || digits is < 30 or > 199)
        {
            throw new DeviceException($"'{architecture}' is no architecture of NVIDIA's GPUs: sm_80 is an A100, sm_90 an H100");
        }
        return CompileAll(new CudaArchitecture(digits / 10, digits % 10));
    }

    private static IEnumerable<KernelCode> CompileAll(CudaArchitecture architecture)
    {
        DeviceMath.Remap();
        using Context context = IlgpuPlugin.CreateContext(_ => { });
        using var backend = new PTXBackend(context, architecture, s_instructions, null!);
        foreach ((string name, MethodInfo method) in All)
        {
            yield return new KernelCode(name, ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), default)).PTXAssembly);
        }
    }

    private static IEnumerable<MethodInfo> Closed(MethodInfo method) =>
        (method.GetCustomAttribute<VariantsAttribute>()?.All ?? TypeChoices.Of(method.GetGenericArguments(), Structs)).Select(chosen => method.MakeGenericMethod(chosen));

    /// <summary>What a type parameter can be: structs with an interface of ours, the generic ones over those that are not.</summary>
    private static Type[] Structs
    {
        get
        {
            if (field is not null) { return field; }
            Assembly[] ours = [typeof(Backend).Assembly, typeof(KernelCatalog).Assembly];
            Type[] all = [.. ours.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsValueType && type.GetInterfaces().Any(item => ours.Contains(item.Assembly))).OrderBy(type => type.Name, StringComparer.Ordinal)];
            Type[] plain = [.. all.Where(type => !type.IsGenericTypeDefinition)];
            return field = [.. plain, .. all.Where(type => type.IsGenericTypeDefinition).SelectMany(type => TypeChoices.Of(type.GetGenericArguments(), plain).Select(type.MakeGenericType))];
        }
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}{NamesOf(method.GetGenericArguments())}";

    private static string NameOf(Type type) =>
        $"{(type.DeclaringType is { } outer ? $"{outer.Name}." : "")}{(type.IsGenericType ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] + NamesOf(type.GetGenericArguments()) : type.Name)}";

    private static string NamesOf(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(NameOf))}>";
}
