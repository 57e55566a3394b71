namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The explainer of every op.</summary>
public static class OpExplainers
{
    private static readonly Dictionary<Type, OpExplainer> ByType = [];

    /// <summary>The explainer of an op, or of its generic definition.</summary>
    /// <exception cref="NotSupportedException">There is none: add one to <see cref="OpExplainers"/>.</exception>
    public static OpExplainer For(Op op)
    {
        Type type = op.GetType();
        return ByType.TryGetValue(type, out OpExplainer? explainer) || (type.IsGenericType && ByType.TryGetValue(type.GetGenericTypeDefinition(), out explainer))
            ? explainer
            : throw new NotSupportedException($"{op.Name}: no explainer; every op has one in Autograd/Inspection/Explanations.");
    }
}
