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

    /// <summary>The kernels with their names: "MapKernels.Forward&lt;Silu&gt;".</summary>
    public static IEnumerable<(string Name, MethodInfo Method)> All =>
        from type in typeof(KernelCatalog).Assembly.GetTypes()
        where type.IsClass && type.IsAbstract && type.IsSealed && type.Name.EndsWith("Kernels", StringComparison.Ordinal)
        orderby type.Name
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void)
        orderby method.Name
        from closed in method.IsGenericMethodDefinition ? Closed(method) : [method]
        select (NameOf(closed), closed);

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

    private static IEnumerable<MethodInfo> Closed(MethodInfo method)
    {
        if (method.GetCustomAttribute<VariantsAttribute>() is { } variants) { return variants.All.Select(method.MakeGenericMethod); }
        Type[] parameters = method.GetGenericArguments();
        IEnumerable<Type[]> choices = [[]];
        foreach (Type parameter in parameters)
        {
            Type[] types = [.. Interfaces(parameter).Length == 0 ? Elements : Structs.Where(type => Array.TrueForAll(Interfaces(parameter), constraint => Fits(type, constraint)))];
            choices = [.. choices.SelectMany(chosen => types.Select(type => (Type[])[.. chosen, type]))];
        }
        return choices.Where(chosen => Allow(parameters, chosen)).Select(chosen => method.MakeGenericMethod(chosen));
    }

    private static Type[] Interfaces(Type parameter) => [.. parameter.GetGenericParameterConstraints().Where(constraint => constraint.IsInterface)];

    // IPack<TData> is fitted by what is an IPack of anything, before TData is chosen.
    private static bool Fits(Type type, Type constraint) => constraint.ContainsGenericParameters
        ? type.GetInterfaces().Any(item => item.IsGenericType && item.GetGenericTypeDefinition() == constraint.GetGenericTypeDefinition()) : constraint.IsAssignableFrom(type);

    private static bool Allow(Type[] parameters, Type[] chosen)
        => Enumerable.Range(0, parameters.Length).All(i => Array.TrueForAll(Interfaces(parameters[i]), constraint => Chosen(constraint, chosen).IsAssignableFrom(chosen[i])));

    private static Type Chosen(Type constraint, Type[] chosen) => constraint.ContainsGenericParameters
        ? constraint.GetGenericTypeDefinition().MakeGenericType([.. constraint.GetGenericArguments().Select(item => item.IsGenericParameter ? chosen[item.GenericParameterPosition] : item)]) : constraint;

    private static IEnumerable<Type> Structs => field ??= [.. new[] { typeof(Backend).Assembly, typeof(KernelCatalog).Assembly }.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsValueType && !type.IsGenericTypeDefinition && type.GetInterfaces().Any(item => item.Assembly == typeof(Backend).Assembly || item.Assembly == typeof(KernelCatalog).Assembly)).OrderBy(type => type.Name, StringComparer.Ordinal)];

    // What a parameter without an interface stands for: the element types of the packs.
    private static Type[] Elements => [typeof(float), typeof(Four)];

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}{NamesOf(method.GetGenericArguments())}";

    private static string NameOf(Type type) => type.IsGenericType ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] + NamesOf(type.GetGenericArguments()) : type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;

    private static string NamesOf(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(NameOf))}>";
}
