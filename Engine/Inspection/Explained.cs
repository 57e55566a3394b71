using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>What a node adds to one element of a gradient, from its terms, beside what the kernels added.</summary>
/// <param name="Terms">The summands over all inputs that are the tensor.</param>
/// <param name="Sum">Their sum, in float64.</param>
/// <param name="Unit">A unit in the last place (float32) of the magnitude of what was added up.</param>
/// <param name="Proof">Whether the sum is what the kernels added.</param>
internal sealed record Explained(IReadOnlyList<Term> Terms, double Sum, double Unit, ProofView Proof)
{
    private IReadOnlyList<Term>? bySize;

    /// <summary>The summands, the largest first.</summary>
    public IReadOnlyList<Term> BySize => bySize ??= [.. Terms.OrderByDescending(term => double.IsNaN(term.Value) ? double.PositiveInfinity : Math.Abs(term.Value))];

    /// <summary>Takes one element apart.</summary>
    /// <exception cref="NotSupportedException">The operation has no explainer.</exception>
    public static Explained Of(StepTrace trace, TraceTensor tensor, int nodeIndex, int element)
    {
        Node node = trace.Tape[nodeIndex];
        NodeValues values = trace.ValuesOf(nodeIndex);
        OpExplainer explainer = OpExplainers.For(node.Op);
        IReadOnlyList<int> inputs = trace.InputsOf(node, tensor.Tensor);
        double kernel = trace.At(new TensorReading(tensor, TensorPart.Share, nodeIndex), element);
        double before = trace.At(new TensorReading(tensor, TensorPart.After, nodeIndex), element) - kernel;

        IReadOnlyList<Term> terms = explainer.TensorTerms(values, inputs[0], element);
        double sum = 0, tolerance = 0, magnitude = Math.Abs(before);
        foreach (Term term in terms) { sum += term.Value; }
        foreach (int input in inputs)
        {
            magnitude += explainer.Magnitude(values, input, element, inputs.Count == 1 ? terms : explainer.Terms(values, input, element));
            tolerance = Math.Max(tolerance, explainer.ToleranceInUlps(values, input));
        }
        double unit = Unit32(magnitude), distance = kernel.Equals(sum) ? 0 : Math.Abs(kernel - sum);
        double ulps = distance == 0 ? 0 : double.IsNaN(distance) ? double.PositiveInfinity : distance / unit;
        string detail = terms.Count == 1 ? "1 term, in float64" : FormattableString.Invariant($"{terms.Count} terms, added up in float64");
        return new Explained(terms, sum, unit, new ProofView("Σ terms = kernel", kernel, sum, ulps, tolerance, "ULP", ulps <= tolerance, detail));
    }

    /// <summary>The distance of neighbouring float32 numbers at a magnitude; 0 at 0, where no rounding is excused.</summary>
    public static double Unit32(double magnitude) =>
        magnitude == 0 ? 0 : double.IsFinite(magnitude) ? Math.ScaleB(1, Math.Max(Math.ILogB(magnitude), -126) - 23) : double.NaN;
}
