namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The float64 sum of a gradient's terms beside what the kernels made: whether the explanation is the truth.</summary>
/// <param name="Sum">Σ terms, in float64.</param>
/// <param name="Kernel">What the kernels added to the element.</param>
/// <param name="Ulps">Their distance, in units in the last place (float32) of the magnitude of what was added up.</param>
/// <param name="Tolerance">The largest distance that passes.</param>
public sealed record TermSum(double Sum, double Kernel, double Ulps, double Tolerance)
{
    public bool Passed => Ulps <= Tolerance;

    /// <summary>Compares the terms of one element with what the kernels added to it.</summary>
    /// <param name="explainer">The op's explainer.</param>
    /// <param name="values">The recorded node.</param>
    /// <param name="input">Which input.</param>
    /// <param name="element">Which element of its gradient.</param>
    /// <param name="terms">The explainer's terms of it.</param>
    /// <param name="kernel">The gradient after the node ran backward less the gradient before.</param>
    /// <param name="before">The gradient before: where it is large, float32 rounds at its size with every term.</param>
    public static TermSum Compare(OpExplainer explainer, NodeValues values, int input, int element, IReadOnlyList<Term> terms, double kernel, double before = 0)
    {
        double sum = 0;
        for (int i = 0; i < terms.Count; i++) { sum += terms[i].Value; }
        double distance = kernel.Equals(sum) ? 0 : Math.Abs(kernel - sum);
        double unit = UnitInLastPlace(explainer.Magnitude(values, input, element, terms) + (Math.Abs(before) * (1 + (terms.Count / 8.0))));
        double ulps = distance == 0 ? 0 : double.IsNaN(distance) ? double.PositiveInfinity : distance / unit;
        return new TermSum(sum, kernel, ulps, explainer.ToleranceInUlps(values, input));
    }

    /// <summary>Distance of neighbouring float32 numbers at a magnitude; 0 at 0, where no rounding is excused.</summary>
    internal static double UnitInLastPlace(double magnitude) =>
        magnitude == 0 ? 0 : double.IsFinite(magnitude) ? Math.ScaleB(1, Math.Max(Math.ILogB(magnitude), -126) - 23) : double.NaN;
}
