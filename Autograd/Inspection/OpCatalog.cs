using System.Reflection;

namespace PureLlm.Autograd.Inspection;

/// <summary>All examples of all operations, found by reflection: every public type of this assembly with a static <c>Examples</c>.</summary>
public static class OpCatalog
{
    /// <summary>The examples with the type that declares them, in order of name.</summary>
    public static IEnumerable<(Type Declarer, OpExample Example)> Examples =>
        from type in typeof(Op).Assembly.GetExportedTypes()
        let property = type.GetProperty("Examples", BindingFlags.Public | BindingFlags.Static)
        where property is not null && !type.ContainsGenericParameters && typeof(IEnumerable<OpExample>).IsAssignableFrom(property.PropertyType)
        orderby type.Name
        from example in (IEnumerable<OpExample>)property.GetValue(null)!
        select (type, example);
}
