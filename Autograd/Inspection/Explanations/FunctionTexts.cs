using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The explanations of all functions of one variable.</summary>
internal static class FunctionTexts
{
    private static readonly Dictionary<Type, FunctionText> ByType = new FunctionText[]
    {
        Of<Relu>("relu", "f(x) = max(0, x)", "f'(x) = [x > 0]", rectifies: true),
        Of<ReluSquared>("relu²", "f(x) = max(0, x)^2", "f'(x) = 2*max(0, x)", x => [new("max(0, x)", $"max(0, {NumberText.Of(x)})", Math.Max(0, x))], rectifies: true),
        Of<Tanh>("tanh", "f(x) = tanh(x)", "f'(x) = 1 - tanh(x)^2", x => [new("tanh(x)", $"tanh({NumberText.Of(x)})", Math.Tanh(x))], saturates: true),
        Of<Sigmoid>("sigmoid", "f(x) = sigma(x); sigma(x) = 1/(1 + e^(-x))", "f'(x) = sigma(x)*(1 - sigma(x))", Logistic, saturates: true),
        Of<Silu>("silu", "f(x) = x*sigma(x); sigma(x) = 1/(1 + e^(-x))", "f'(x) = sigma(x)*(1 + x*(1 - sigma(x)))", Logistic, saturates: true,
            slopeSize: x => Sigmoid.Invoke64(x) * (1 + (Math.Abs(x) * Sigmoid.Invoke64(-x)))),
        Of<GeluErf>("gelu", "f(x) = x*Phi(x); Phi(x) = 1/2*(1 + erf(x/sqrt(2)))", "f'(x) = Phi(x) + x*phi(x); phi(x) = e^(-x^2/2)/sqrt(2*pi)", Normal, saturates: true, ulps: 8,
            slopeSize: x => Distribution(x) + Math.Abs(x * Density(x))),
        Of<GeluTanh>("gelu", "f(x) = 1/2*x*(1 + tanh(u)); u = sqrt(2/pi)*(x + 0.044715*x^3)",
            "f'(x) = 1/2*(1 + tanh(u)) + 1/2*x*(1 - tanh(u)^2)*u'; u' = sqrt(2/pi)*(1 + 0.134145*x^2)", TanhParts, saturates: true,
            slopeSize: x => Open(x) + Math.Abs(GeluTanh.Derivative64(x) - Open(x)),
            growth: x => 1 + Math.Abs(2 * U(x))), // e^(−2u) of a rounded u
        Of<Exp>("exp", "f(x) = e^x", "f'(x) = e^x"),
        Of<Log>("ln", "f(x) = ln(x)", "f'(x) = 1/x"),
        Of<Sqrt>("√", "f(x) = sqrt(x)", "f'(x) = 1/(2*sqrt(x))", x => [new("√x", $"√{NumberText.Operand(x)}", Math.Sqrt(x))]),
        Of<Reciprocal>("1/x", "f(x) = 1/x", "f'(x) = -1/x^2"),
        Of<Square>("x²", "f(x) = x^2", "f'(x) = 2*x"),
        Of<Abs>("|x|", "f(x) = abs(x)", "f'(x) = sign(x)"),
    }.ToDictionary(text => text.Function);

    /// <summary>The text of the function of a generic op: the type argument of Map and Gate.</summary>
    /// <exception cref="NotSupportedException">There is none: add one to the table.</exception>
    public static FunctionText For(Type op)
    {
        Type function = op.GetGenericArguments()[0];
        return ByType.GetValueOrDefault(function) ?? throw new NotSupportedException($"{function.Name}: no explanation; every function of one variable has one in {nameof(FunctionTexts)}.");
    }

    private static FunctionText Of<TFunction>(string name, string forward, string backward, Func<double, IEnumerable<Quantity>>? parts = null,
        bool rectifies = false, bool saturates = false, double ulps = 4, Func<double, double>? slopeSize = null, Func<double, double>? growth = null)
        where TFunction : struct, IUnaryFunction =>
        new(typeof(TFunction), name, forward, backward, TFunction.Invoke64, TFunction.Derivative64)
        {
            Parts = parts ?? (_ => []),
            Rectifies = rectifies,
            Saturates = saturates,
            Ulps = rectifies ? 0.5 : ulps,
            SlopeSize = slopeSize ?? (x => Math.Abs(TFunction.Derivative64(x))),
            Growth = growth ?? (_ => 1),
        };

    private static IEnumerable<Quantity> Logistic(double x) => [new("σ(x)", $"1/(1 + e^({NumberText.Of(-x)}))", Sigmoid.Invoke64(x))];

    private static IEnumerable<Quantity> Normal(double x) =>
    [
        new("Φ(x)", $"½·(1 + erf({NumberText.Of(x)}/√2))", Distribution(x)),
        new("φ(x)", $"e^(−{NumberText.Operand(x)}²/2)/√(2π)", Density(x)),
    ];

    private static IEnumerable<Quantity> TanhParts(double x) =>
    [
        new("u", $"√(2/π)·({NumberText.Of(x)} + 0.044715·{NumberText.Operand(x)}³)", U(x)),
        new("tanh(u)", $"tanh({NumberText.Of(U(x))})", Math.Tanh(U(x))),
        new("u′", $"√(2/π)·(1 + 0.134145·{NumberText.Operand(x)}²)", Math.Sqrt(2 / Math.PI) * (1 + (0.134145 * x * x))),
    ];

    private static double U(double x) => Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x));

    /// <summary>½(1 + tanh u), without cancellation.</summary>
    private static double Open(double x) => Sigmoid.Invoke64(2 * U(x));

    private static double Density(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    private static double Distribution(double x) => GeluErf.Derivative64(x) - (x * Density(x));
}
