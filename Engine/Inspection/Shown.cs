using System.Globalization;

namespace PureLlm.Engine.Inspection;

/// <summary>Numbers as they are written in explanations: the minus sign is "−", the culture none.</summary>
internal static class Shown
{
    private static readonly string[] Superscripts = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

    /// <summary>Six significant digits: "−0.304050", "1.2e−7".</summary>
    public static string Of(double x, int digits = 6)
    {
        if (x == 0) { return "0"; }
        if (!double.IsFinite(x)) { return double.IsNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞"; }
        double size = Math.Abs(x);
        string text = size is >= 1e-4 and < 1e9
            ? x.ToString($"F{Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(size)))}", CultureInfo.InvariantCulture)
            : x.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    /// <summary>As few digits as say the number: "0.9", "−3e−5".</summary>
    public static string Short(double x) => x.ToString("0.######e0", CultureInfo.InvariantCulture) is { } text && Math.Abs(x) is > 0 and < 1e-4
        ? text.Replace('-', '−')
        : x.ToString("0.########", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A factor or summand inside an expression: negative ones in brackets.</summary>
    public static string Inner(double x, int digits = 6) => x < 0 ? $"({Of(x, digits)})" : Of(x, digits);

    /// <summary>"¹²".</summary>
    public static string Power(long exponent) => string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(digit => digit == '-' ? "⁻" : Superscripts[digit - '0']));
}
