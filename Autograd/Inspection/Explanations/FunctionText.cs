using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What there is to say about a function of one variable: its formulas, its float64 forms, and the lines from x to its slope.</summary>
/// <param name="Name">As a reader writes it: "relu²".</param>
/// <param name="File">The file in Kernels/Functions, without ending.</param>
/// <param name="Forward">f(x), and of which parts, in the notation of <see cref="Formula"/>.</param>
/// <param name="Backward">f'(x), likewise.</param>
/// <param name="Value">f in float64.</param>
/// <param name="Slope">f' in float64.</param>
/// <param name="Parts">The numbers that f and f' are made of, at an x.</param>
/// <param name="SlopeSize">|f'|, or where it is a sum of numbers that may cancel, the size of these: what rounding is measured by.</param>
internal sealed record FunctionText(string Name, string File, string Forward, string Backward, Func<double, double> Value, Func<double, double> Slope,
    Func<double, IEnumerable<Quantity>> Parts, Func<double, double> SlopeSize)
{
    /// <summary>Whether it is exactly flat below 0.</summary>
    public bool IsRectifier { get; init; }

    /// <summary>Whether its slope goes to 0 where x is large, to one side or both.</summary>
    public bool Saturates { get; init; }

    /// <summary>By how many last places the float32 forms may differ from the float64 ones.</summary>
    public double Ulps { get; init; } = 4;

    /// <summary>How much a rounding on the way to f grows: 1, or more where it is in the exponent.</summary>
    public Func<double, double> Growth { get; init; } = _ => 1;

    private static readonly Dictionary<Type, FunctionText> ByType = new()
    {
        [typeof(Relu)] = Of<Relu>("relu", "f(x) = max(0, x)", "f'(x) = [x > 0]", _ => []) with { IsRectifier = true, Ulps = 0.5 },
        [typeof(ReluSquared)] = Of<ReluSquared>("relu²", "f(x) = max(0, x)^2", "f'(x) = 2*max(0, x)",
            x => [new("max(0, x)", $"max(0, {NumberText.Of(x)})", Math.Max(0, x))]) with { IsRectifier = true, Ulps = 0.5 },
        [typeof(Tanh)] = Of<Tanh>("tanh", "f(x) = tanh(x)", "f'(x) = 1 - tanh(x)^2",
            x => [new("tanh(x)", $"tanh({NumberText.Of(x)})", Math.Tanh(x))]) with { Saturates = true },
        [typeof(Sigmoid)] = Of<Sigmoid>("sigmoid", "f(x) = sigma(x); sigma(x) = 1/(1 + e^(-x))", "f'(x) = sigma(x)*(1 - sigma(x))", Logistic) with { Saturates = true },
        [typeof(Silu)] = Of<Silu>("silu", "f(x) = x*sigma(x); sigma(x) = 1/(1 + e^(-x))", "f'(x) = sigma(x)*(1 + x*(1 - sigma(x)))", Logistic,
            x => Sigmoid.Invoke64(x) * (1 + (Math.Abs(x) * Sigmoid.Invoke64(-x)))) with { Saturates = true },
        [typeof(GeluErf)] = Of<GeluErf>("gelu", "f(x) = x*Phi(x); Phi(x) = 1/2*(1 + erf(x/sqrt(2)))", "f'(x) = Phi(x) + x*phi(x); phi(x) = e^(-x^2/2)/sqrt(2*pi)", Normal,
            x => Distribution(x) + Math.Abs(x * Density(x))) with { Ulps = 8, Saturates = true },
        [typeof(GeluTanh)] = Of<GeluTanh>("gelu", "f(x) = 1/2*x*(1 + tanh(u)); u = sqrt(2/pi)*(x + 0.044715*x^3)",
            "f'(x) = 1/2*(1 + tanh(u)) + 1/2*x*(1 - tanh(u)^2)*u'; u' = sqrt(2/pi)*(1 + 0.134145*x^2)", TanhParts,
            x => Open(x) + Math.Abs(GeluTanh.Derivative64(x) - Open(x))) with { Growth = x => 1 + Math.Abs(2 * U(x)), Saturates = true }, // e^(−2u) of a rounded u
        [typeof(Exp)] = Of<Exp>("exp", "f(x) = e^x", "f'(x) = e^x", _ => []),
        [typeof(Log)] = Of<Log>("ln", "f(x) = ln(x)", "f'(x) = 1/x", _ => []),
        [typeof(Sqrt)] = Of<Sqrt>("√", "f(x) = sqrt(x)", "f'(x) = 1/(2*sqrt(x))", x => [new("√x", $"√{NumberText.Operand(x)}", Math.Sqrt(x))]),
        [typeof(Reciprocal)] = Of<Reciprocal>("1/x", "f(x) = 1/x", "f'(x) = -1/x^2", _ => []),
        [typeof(Square)] = Of<Square>("x²", "f(x) = x^2", "f'(x) = 2*x", _ => []),
        [typeof(Abs)] = Of<Abs>("|x|", "f(x) = abs(x)", "f'(x) = sign(x)", _ => []),
    };

    /// <summary>Below this the kernels may give 0: products with less would be subnormal and slow.</summary>
    private const double Smallest = 1e-30;

    /// <summary>The text of the function of a generic op: the type argument of Map and Gate.</summary>
    /// <exception cref="NotSupportedException">There is none: add one to the table.</exception>
    public static FunctionText For(Type op)
    {
        Type function = op.GetGenericArguments()[0];
        return ByType.GetValueOrDefault(function) ?? throw new NotSupportedException($"{function.Name}: no explanation; every function of one variable has one in {nameof(FunctionText)}.");
    }

    /// <summary>f(x) as float32 holds it: ∞ where it is too large.</summary>
    public double ValueAt(double x) => Held(Value(x));

    /// <summary>f'(x), likewise.</summary>
    public double SlopeAt(double x) => Held(Slope(x));

    /// <summary>The size by which a slope's rounding is measured.</summary>
    public double SlopeMagnitude(double x) => Growth(x) * (IsRectifier ? SlopeSize(x) : Math.Max(SlopeSize(x), Smallest));

    /// <summary>The size by which a value's rounding is measured.</summary>
    public double ValueMagnitude(double x) => Growth(x) * (IsRectifier ? Math.Abs(Value(x)) : Math.Max(Math.Abs(Value(x)), Smallest));

    /// <summary>The lines to f(x).</summary>
    public IEnumerable<Quantity> ValueLines(string x, double at)
    {
        foreach (Quantity part in Parts(at)) { yield return part; }
        yield return new Quantity($"f({x})", Formula.Parse(Forward).Unicode.Split(",  ")[0].Split(" = ")[1], ValueAt(at));
    }

    /// <summary>The lines to f'(x).</summary>
    public IEnumerable<Quantity> SlopeLines(string x, double at)
    {
        foreach (Quantity part in Parts(at)) { yield return part; }
        yield return new Quantity($"f′({x})", Formula.Parse(Backward).Unicode.Split(",  ")[0].Split(" = ")[1], SlopeAt(at));
    }

    private static FunctionText Of<TFunction>(string name, string forward, string backward, Func<double, IEnumerable<Quantity>> parts, Func<double, double>? slopeSize = null)
        where TFunction : struct, IUnaryFunction =>
        new(name, typeof(TFunction).Name, forward, backward, TFunction.Invoke64, TFunction.Derivative64, parts, slopeSize ?? (x => Math.Abs(TFunction.Derivative64(x))));

    private static double Held(double value) => Math.Abs(value) > float.MaxValue ? double.CopySign(double.PositiveInfinity, value) : value;

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
