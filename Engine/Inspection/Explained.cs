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
        int input = trace.InputsOf(node, tensor.Tensor)[0];
        double kernel = trace.At(new TensorReading(tensor, TensorPart.Share, nodeIndex), element);
        double before = trace.At(new TensorReading(tensor, TensorPart.After, nodeIndex), element) - kernel;

        IReadOnlyList<Term> terms = explainer.TensorTerms(values, input, element);
        TermSum sum = TermSum.Compare(explainer, values, input, element, terms, kernel, before);
        string detail = terms.Count == 1 ? "1 term, in float64" : FormattableString.Invariant($"{terms.Count} terms, added up in float64");
        return new Explained(terms, sum.Sum, sum.Unit, new ProofView("Σ terms = kernel", kernel, sum.Sum, sum.Ulps, sum.Tolerance, "ULP", sum.Passed, detail));
    }
}
