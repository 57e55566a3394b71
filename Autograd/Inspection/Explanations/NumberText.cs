using System.Globalization;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>Numbers in explanations: six significant digits, a minus sign that is one, powers of ten as the field writes them.</summary>
public static class NumberText
{
    /// <summary>"−1.56893", "0.5", "3.2e−7", "NaN", "−∞".</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value)) { return "NaN"; }
        if (double.IsInfinity(value)) { return value > 0 ? "∞" : "−∞"; }
        double size = Math.Abs(value);
        string text = size is 0 ? "0" : size is >= 1e-4 and < 1e7 ? value.ToString("G6", CultureInfo.InvariantCulture) : value.ToString("0.#####e-0", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal)) { text = value.ToString("0", CultureInfo.InvariantCulture); }
        return text.Replace('-', '−');
    }

    /// <summary>In parentheses where it is negative, so that it can follow an operator: "(−0.3)".</summary>
    public static string Operand(double value) => value < 0 ? $"({Of(value)})" : Of(value);
}
