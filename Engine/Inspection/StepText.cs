using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>Numbers in sentences.</summary>
internal static class StepText
{
    /// <summary>Four significant digits: "−0.5769", "3.2e−7".</summary>
    public static string Number(double value)
    {
        double size = Math.Abs(value);
        if (size == 0 || !double.IsFinite(value) || size is < 1e-4 or >= 1e7) { return NumberText.Of(value == 0 || !double.IsFinite(value) ? value : Round(value, 3)); }
        return NumberText.Of(Round(value, 4));
    }

    /// <summary>With its sign, also where it is positive: "+0.0238".</summary>
    public static string Signed(double value) => value > 0 ? $"+{Number(value)}" : Number(value);

    /// <summary>A loss with all the digits that a difference needs: "1.589489306".</summary>
    public static string Loss(double value) => double.IsFinite(value) ? value.ToString("0.#########", CultureInfo.InvariantCulture).Replace('-', '−') : NumberText.Of(value);

    /// <summary>The sizes of a shape, one by one.</summary>
    public static int[] Sizes(Shape shape)
    {
        int[] sizes = new int[shape.Rank];
        for (int i = 0; i < sizes.Length; i++) { sizes[i] = shape[i]; }
        return sizes;
    }

    /// <summary>"12.3 %".</summary>
    public static string Percent(double share) => $"{(share * 100).ToString(share >= 0.1 ? "0" : "0.#", CultureInfo.InvariantCulture)} %";

    private static double Round(double value, int digits)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - digits + 1);
        return Math.Round(value / unit) * unit;
    }
}
