using System.Globalization;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Numbers in sentences.</summary>
internal static class UpdateText
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>A number with so many significant digits.</summary>
    public static string Rounded(double x, int digits)
    {
        if (x == 0 || !double.IsFinite(x)) { return NumberText.Of(x); }
        string text = x.ToString($"G{digits}", CultureInfo.InvariantCulture);
        return digits > 6 && !text.Contains('E', StringComparison.Ordinal)
            ? text.Replace('-', '−')
            : NumberText.Of(double.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>"¹²".</summary>
    public static string Power(long exponent) => string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(digit => Superscripts[digit - '0']));
}
