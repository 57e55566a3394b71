namespace PureLlm.Kernels.Gpu;

/// <summary>The type arguments that the constraints of generic parameters allow.</summary>
/// <remarks>A parameter takes each struct that has its interfaces; one that only occurs in another's interface, as TData in IPack&lt;TData&gt;, follows from that one.</remarks>
internal static class TypeChoices
{
    /// <summary>Every choice; none where a parameter has no interface and follows from no other.</summary>
    public static IEnumerable<Type[]> Of(Type[] parameters, IReadOnlyCollection<Type> structs)
    {
        List<Dictionary<Type, Type>> bindings = [[]];
        foreach (Type parameter in parameters)
        {
            Type[] constraints = [.. parameter.GetGenericParameterConstraints().Where(constraint => constraint.IsInterface)];
            bindings = [.. bindings.SelectMany(bound => bound.ContainsKey(parameter) ? [bound]
                : constraints.Length == 0 ? [] : structs.Select(type => Bind(parameter, type, constraints, bound)).OfType<Dictionary<Type, Type>>())];
        }
        return bindings.Select(bound => Array.ConvertAll(parameters, parameter => bound[parameter]));
    }

    /// <summary>The bindings with this one and what follows from it, or null where the type does not fit.</summary>
    private static Dictionary<Type, Type>? Bind(Type parameter, Type type, Type[] constraints, Dictionary<Type, Type> bound)
    {
        Dictionary<Type, Type> result = new(bound) { [parameter] = type };
        return Array.TrueForAll(constraints, constraint => Array.Exists(type.GetInterfaces(), item => Matches(constraint, item, result))) ? result : null;
    }

    private static bool Matches(Type constraint, Type found, Dictionary<Type, Type> bound)
    {
        if (!constraint.ContainsGenericParameters) { return constraint == found; }
        if (!found.IsGenericType || found.GetGenericTypeDefinition() != constraint.GetGenericTypeDefinition()) { return false; }
        return constraint.GetGenericArguments().Zip(found.GetGenericArguments()).All(pair =>
            !pair.First.IsGenericParameter ? pair.First == pair.Second : bound.TryGetValue(pair.First, out Type? known) ? known == pair.Second : bound.TryAdd(pair.First, pair.Second));
    }
}
