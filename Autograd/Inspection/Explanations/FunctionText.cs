namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What there is to say about a function of one variable: its formulas, its float64 forms, and the lines from x to its slope.</summary>
/// <param name="Function">The function.</param>
/// <param name="Name">As a reader writes it: "relu²".</param>
/// <param name="Forward">f(x), and of which parts, in the notation of <see cref="Formula"/>.</param>
/// <param name="Backward">f'(x), likewise.</param>
/// <param name="Value">f in float64.</param>
/// <param name="Slope">f' in float64.</param>
internal sealed record FunctionText(Type Function, string Name, string Forward, string Backward, Func<double, double> Value, Func<double, double> Slope)
{
    /// <summary>The numbers that f and f' are made of, at an x.</summary>
    public required Func<double, IEnumerable<Quantity>> Parts { get; init; }

    /// <summary>Whether it is exactly flat below 0.</summary>
    public required bool Rectifies { get; init; }

    /// <summary>Whether its slope goes to 0 where x is large, to one side or both.</summary>
    public required bool Saturates { get; init; }

    /// <summary>By how many last places the float32 forms may differ from the float64 ones.</summary>
    public required double Ulps { get; init; }

    /// <summary>|f'|, or where it is a sum of numbers that may cancel, the size of these: what rounding is measured by.</summary>
    public required Func<double, double> SlopeSize { get; init; }

    /// <summary>How much a rounding on the way to f grows: 1, or more where it is in the exponent.</summary>
    public required Func<double, double> Growth { get; init; }

    /// <summary>Its file: "Kernels/Functions/Silu.cs".</summary>
    public string Path => $"Kernels/Functions/{Function.Name}.cs";

    /// <summary>Below this the kernels may give 0: products with less would be subnormal and slow.</summary>
    private const double Smallest = 1e-30;

    /// <summary>f(x) as float32 holds it: ∞ where it is too large.</summary>
    public double ValueAt(double x) => Held(Value(x));

    /// <summary>f'(x), likewise.</summary>
    public double SlopeAt(double x) => Held(Slope(x));

    /// <summary>The size by which a slope's rounding is measured.</summary>
    public double SlopeMagnitude(double x) => Growth(x) * (Rectifies ? SlopeSize(x) : Math.Max(SlopeSize(x), Smallest));

    /// <summary>The size by which a value's rounding is measured.</summary>
    public double ValueMagnitude(double x) => Growth(x) * (Rectifies ? Math.Abs(Value(x)) : Math.Max(Math.Abs(Value(x)), Smallest));

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

    private static double Held(double value) => Math.Abs(value) > float.MaxValue ? double.CopySign(double.PositiveInfinity, value) : value;
}
