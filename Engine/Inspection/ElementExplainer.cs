using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>One element, taken apart: the rule with its numbers, the summands, and whether they add up to what the kernels made.</summary>
internal static class ElementExplainer
{
    /// <summary>What the formulas call the output of an operation.</summary>
    public const string OutputSymbol = "y";

    private const int Shown = 12, ShownAtTerms = 1024;

    /// <summary>How an element of the output was made.</summary>
    public static ElementView? Forward(StepScene scene)
    {
        if (scene.Element < 0) { return null; }
        double kernel = scene.Trace.At(scene.Subject!.Value, scene.Element);
        IReadOnlyList<Quantity> lines = scene.Explainer?.ForwardRule(scene.Values!, scene.Element) ?? [];
        return new ElementView { Indices = scene.Indices, Meaning = ElementMeaning.Of(scene), Kernel = kernel, Lines = Lines(lines) };
    }

    /// <summary>What the node adds to an element of an input's gradient.</summary>
    public static ElementView? Backward(StepScene scene)
    {
        if (scene.Element < 0) { return null; }
        TensorReading share = scene.Subject!.Value with { Part = TensorPart.Share };
        var view = new ElementView { Indices = scene.Indices, Meaning = ElementMeaning.Of(scene), Kernel = scene.Trace.At(share, scene.Element) };
        if (scene.Explainer is null) { return view; }
        Explained explained = Explained.Of(scene.Trace, share.Tensor, scene.Frame.Node, scene.Element);
        Term[] terms = [.. explained.Terms.OrderByDescending(term => Math.Abs(term.Value))];
        int shown = Math.Min(terms.Length, scene.Cursor.Level == StepLevel.Term ? ShownAtTerms : Shown);
        double rest = 0;
        for (int i = shown; i < terms.Length; i++) { rest += terms[i].Value; }
        return view with
        {
            Lines = Lines(scene.Explainer.Rule(scene.Values!, scene.SubjectInputs[0], scene.Element)),
            Terms = [.. terms.Take(shown).Select(term => new TermView(term.Label, [.. term.Factors.Select(factor => new FactorView(factor.Name, factor.Value))], term.Value))],
            MoreTerms = terms.Length - shown,
            MoreSum = rest,
            Sum = explained.Sum,
            Proof = explained.Proof,
        };
    }

    /// <summary>An element that no rule makes.</summary>
    public static ElementView? Leaf(StepScene scene, TensorReading reading) => scene.Element < 0 ? null : new ElementView
    {
        Indices = scene.Indices,
        Meaning = ElementMeaning.Of(scene),
        Kernel = scene.Trace.At(reading, scene.Element),
    };

    private static IReadOnlyList<LineView> Lines(IReadOnlyList<Quantity> lines) => [.. lines.Select(line => new LineView(line.Name, line.Expression, line.Value))];
}
