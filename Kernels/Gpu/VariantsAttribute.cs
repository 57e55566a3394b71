using System.Reflection;

namespace PureLlm.Kernels.Gpu;

/// <summary>On a generic kernel whose type arguments are generic themselves: the static method that lists them, as <c>IEnumerable&lt;Type[]&gt;</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VariantsAttribute(Type type, string method) : Attribute
{
    /// <summary>The type arguments of each variant.</summary>
    public IEnumerable<Type[]> All => (IEnumerable<Type[]>)type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null)!;
}
