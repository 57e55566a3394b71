using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>One element, taken apart: the rule with its numbers, the summands, and whether they add up to what the kernels made.</summary>
internal static class ElementExplainer
{
    /// <summary>What the formulas call the output of an operation.</summary>
    public const string OutputSymbol = "y";

    private const int Shown = 12;

    /// <summary>Summands that are shown at the level of terms, at most.</summary>
    public const int ShownAtTerms = 1024;

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
        if (scene.Explained is not { } explained) { return view; }
        bool isAtTerms = scene.Cursor.Level == StepLevel.Term;
        IReadOnlyList<Term> terms = explained.BySize;
        int shown = Math.Min(terms.Count, isAtTerms ? ShownAtTerms : Shown);
        double rest = 0, size = 0;
        for (int i = 0; i < terms.Count; i++)
        {
            rest += i < shown ? 0 : terms[i].Value;
            size += Math.Abs(terms[i].Value);
        }
        return view with
        {
            Lines = Lines(scene.Explainer!.TensorRule(scene.Values!, scene.SubjectInputs[0], scene.Element)),
            Terms = [.. terms.Take(shown).Select(term => View(scene, term, size))],
            SelectedTerm = isAtTerms && terms.Count > 0 ? Math.Min(scene.Cursor.Term, shown - 1) : null,
            MoreTerms = terms.Count - shown,
            MoreSum = rest,
            Sum = explained.Sum,
            Proof = explained.Proof,
        };
    }

    private static TermView View(StepScene scene, Term term, double size) => new(
        ElementMeaning.WithTokens(scene.Trace, term.Label),
        [.. term.Factors.Select(factor => new FactorView(factor.Name, factor.Value, FactorSource.Of(scene, factor)))],
        term.Value,
        size > 0 && double.IsFinite(size) ? Math.Abs(term.Value) / size : 0);

    /// <summary>An element that no rule makes.</summary>
    public static ElementView? Leaf(StepScene scene, TensorReading reading) => scene.Element < 0 ? null : new ElementView
    {
        Indices = scene.Indices,
        Meaning = ElementMeaning.Of(scene),
        Kernel = scene.Trace.At(reading, scene.Element),
    };

    private static IReadOnlyList<LineView> Lines(IReadOnlyList<Quantity> lines) => [.. lines.Select(line => new LineView(line.Name, line.Expression, line.Value))];
}
