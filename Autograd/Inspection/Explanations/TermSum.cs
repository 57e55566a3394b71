namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>The float64 sum of a gradient's terms beside what the kernels made: whether the explanation is the truth.</summary>
/// <param name="Sum">Σ terms, in float64.</param>
/// <param name="Kernel">What the kernels added to the element.</param>
/// <param name="Unit">A unit in the last place (float32) of the magnitude of what was added up.</param>
/// <param name="Tolerance">The largest distance that passes, in <paramref name="Unit"/>.</param>
public sealed record TermSum(double Sum, double Kernel, double Unit, double Tolerance)
{
    /// <summary>The distance of the two.</summary>
    public double Ulps
    {
        get
        {
            double distance = Kernel.Equals(Sum) ? 0 : Math.Abs(Kernel - Sum);
            return distance == 0 ? 0 : double.IsNaN(distance / Unit) ? double.PositiveInfinity : distance / Unit;
        }
    }

    public bool Passed => Ulps <= Tolerance;

    /// <summary>Compares the terms of one element with what the kernels added to it.</summary>
    /// <param name="explainer">The op's explainer.</param>
    /// <param name="values">The recorded node.</param>
    /// <param name="input">Which input; of one tensor that goes in twice, any of them.</param>
    /// <param name="element">Which element of its gradient.</param>
    /// <param name="terms">The explainer's <see cref="OpExplainer.TensorTerms"/> of it.</param>
    /// <param name="kernel">The gradient after the node ran backward less the gradient before.</param>
    /// <param name="before">The gradient before: where it is large, float32 rounds at its size with every term.</param>
    public static TermSum Compare(OpExplainer explainer, NodeValues values, int input, int element, IReadOnlyList<Term> terms, double kernel, double before = 0)
    {
        double sum = 0, tolerance = 0, magnitude = Math.Abs(before) * (1 + (terms.Count / 8.0));
        for (int i = 0; i < terms.Count; i++) { sum += terms[i].Value; }
        IReadOnlyList<int> same = values.SameAs(input);
        foreach (int each in same)
        {
            magnitude += explainer.Magnitude(values, each, element, same.Count == 1 ? terms : explainer.Terms(values, each, element));
            tolerance = Math.Max(tolerance, explainer.ToleranceInUlps(values, each));
        }
        return new TermSum(sum, kernel, UnitInLastPlace(magnitude), tolerance);
    }

    /// <summary>Distance of neighbouring float32 numbers at a magnitude; 0 at 0, where no rounding is excused.</summary>
    public static double UnitInLastPlace(double magnitude) =>
        magnitude == 0 ? 0 : double.IsFinite(magnitude) ? Math.ScaleB(1, Math.Max(Math.ILogB(magnitude), -126) - 23) : double.NaN;
}
