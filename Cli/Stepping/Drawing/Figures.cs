using System.Globalization;

namespace PureLlm.Cli.Stepping.Drawing;

/// <summary>Numbers of the step-through: 4 to 6 significant digits, the minus sign of typography, an exact zero told from a small number.</summary>
internal static class Figures
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>So many significant digits: "1.30744", "−0.30405", "3.1e-8".</summary>
    public static string Of(double value, int digits = 6, bool plus = false)
    {
        if (!double.IsFinite(value)) { return NotFinite(value, plus); }
        if (value == 0) { return "0"; }
        int exponent = Exponent(value, digits);
        return exponent is < -4 or > 6 ? Signed(value, Mantissa(value, Math.Min(digits, 4)), plus) : Fixed(value, Math.Clamp(digits - 1 - exponent, 0, 8), plus);
    }

    /// <summary>So many decimals: "−0.5769"; in powers of ten where these would show a number that is not zero as zero.</summary>
    public static string Fixed(double value, int decimals, bool plus = false)
    {
        if (!double.IsFinite(value)) { return NotFinite(value, plus); }
        bool vanishes = value != 0 && Math.Abs(value) < 0.5 * Math.Pow(10, -decimals);
        return vanishes || Math.Abs(value) >= 1e9 ? Signed(value, Mantissa(value, 3), plus)
            : Signed(value, Math.Abs(value).ToString("F" + decimals.ToString(Invariant), Invariant), plus && value != 0);
    }

    /// <summary>Decimals that show the largest of some numbers with so many significant digits.</summary>
    public static int Decimals(IEnumerable<double> values, int digits)
    {
        double largest = values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return largest == 0 ? digits - 1 : Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(largest)), 0, 8);
    }

    /// <summary>Two significant digits, for errors: "3.1e-8", "0".</summary>
    public static string Error(double value) => value == 0 ? "0" : !double.IsFinite(value) ? NotFinite(value, false) : value is >= 0.01 and < 1000 ? Of(value, 3).TrimEnd('0').TrimEnd('.') : Signed(value, Mantissa(value, 2), false);

    /// <summary>"[16, 64]"; a scalar is "[]".</summary>
    public static string Shape(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape.Select(size => size.ToString(Invariant)))}]";

    private static string Mantissa(double value, int digits) => Math.Abs(value).ToString("0." + new string('0', digits - 1) + "e-0", Invariant);

    private static string Signed(double value, string magnitude, bool plus) => (value < 0 ? "−" : plus ? "+" : "") + magnitude;

    private static string NotFinite(double value, bool plus) => double.IsNaN(value) ? "NaN" : value > 0 ? (plus ? "+∞" : "∞") : "−∞";

    /// <summary>The power of ten after rounding: 9.9999996 with six digits is 10.</summary>
    private static int Exponent(double value, int digits)
    {
        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return Math.Abs(value) + (0.5 * Math.Pow(10, exponent - digits + 1)) >= Math.Pow(10, exponent + 1) ? exponent + 1 : exponent;
    }
}
