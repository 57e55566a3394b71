namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>A named number of a product: n[0,1] = −1.56893.</summary>
/// <param name="Name">In the symbols of the rule, with the place: "n[0,1]".</param>
/// <param name="Value">In float64.</param>
/// <param name="Input">The input of the node that holds this very number, where the name does not say so; <see cref="Observation.Upstream"/>: the gradient of the output; −1: see the name.</param>
/// <param name="Element">Which element of it.</param>
public readonly record struct Factor(string Name, double Value, int Input = -1, int Element = -1);

/// <summary>One summand of a gradient's element: a product of named factors.</summary>
/// <param name="Label">What the sum runs over: "token 3", "mean".</param>
/// <param name="Factors">Their product is the value.</param>
public sealed record Term(string Label, params IReadOnlyList<Factor> Factors)
{
    /// <summary>The product, in float64.</summary>
    public double Value
    {
        get
        {
            double product = 1;
            for (int i = 0; i < Factors.Count; i++) { product *= Factors[i].Value; }
            return product;
        }
    }
}

/// <summary>A line of a calculation with the actual numbers: "r = 1/√(mean x² + ε)" is 1.30744.</summary>
/// <param name="Name">The symbol on the left: "r".</param>
/// <param name="Expression">How it is made, in Unicode.</param>
/// <param name="Value">What comes out.</param>
public sealed record Quantity(string Name, string Expression, double Value);

/// <summary>Something worth knowing about an element that the rule alone does not say: a dead unit, a masked position, a saturated softmax.</summary>
/// <param name="Kind">"dead unit", "masked", "saturated", "ignored target", "unused row", …</param>
/// <param name="Text">One sentence with the numbers.</param>
/// <param name="CauseInput">The input of the node whose value is the cause; −1: none; <see cref="Upstream"/>: the gradient of the output. The viewer links to where it was made.</param>
/// <param name="CauseElement">The element of that input, or of the output; −1: none.</param>
public sealed record Observation(string Kind, string Text, int CauseInput = -1, int CauseElement = -1)
{
    /// <summary>The cause is an element of the output's gradient: who read the output and sent nothing back can say why.</summary>
    public const int Upstream = -2;
}
