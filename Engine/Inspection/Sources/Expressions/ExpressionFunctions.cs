using PureLlm.Autograd;
using PureLlm.Autograd.Ops;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Sources.Expressions;

/// <summary>The functions that an expression may call.</summary>
public static class ExpressionFunctions
{
    private static readonly Dictionary<string, (Func<Op> Create, Func<double, double> Value)> Table = new(StringComparer.Ordinal)
    {
        ["tanh"] = Of<Tanh>(),
        ["relu"] = Of<Relu>(),
        ["exp"] = Of<Exp>(),
        ["log"] = Of<Log>(),
        ["sqrt"] = Of<Sqrt>(),
        ["square"] = Of<Square>(),
        ["abs"] = Of<Abs>(),
        ["sigmoid"] = Of<Sigmoid>(),
        ["silu"] = Of<Silu>(),
        ["gelu"] = Of<GeluErf>(),
        ["relu2"] = Of<ReluSquared>(),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Keys];

    /// <summary>A new operation.</summary>
    internal static Op Create(string name) => Table[name].Create();

    /// <summary>Its value at a number, in float64.</summary>
    internal static double Value(string name, double x) => Table[name].Value(x);

    private static (Func<Op>, Func<double, double>) Of<TFunction>()
        where TFunction : struct, IUnaryFunction => (() => new Map<TFunction>(), TFunction.Invoke64);
}
