using PureLlm.Engine.Inspection;
using PureLlm.Engine.Inspection.Sources;
using PureLlm.Kernels;
using PureLlm.Tests.Kernels;
using static PureLlm.Tests.Autograd.Inspection.Mutations.ArithmeticMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.AttentionMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.LossMutants;
using static PureLlm.Tests.Autograd.Inspection.Mutations.NormMutants;

namespace PureLlm.Tests.Engine.Inspection;

/// <summary>What the learner sees when a backward rule is wrong: the ✓ of the terms and that of the finite difference become ✗.</summary>
[TestFixture]
public sealed class MutationMarksTests
{
    private static readonly (string Demo, string Name, Func<Backend> Backend)[] All =
    [
        ("residual", "mean term missing", () => new NormWithoutMean()),
        ("residual", "dW transposed", () => new WeightGradientTransposed()),
        ("residual", "derivative forgotten", () => new DerivativeForgotten()),
        ("residual", "target forgotten", () => new TargetForgotten()),
        ("norm", "mean of the layer norm missing", () => new LayerNormWithoutMean()),
        ("norm", "weight forgotten", () => new NormWeightForgotten()),
        ("norm", "a factor times itself", () => new OwnFactorInProduct()),
        ("norm", "sign flipped", () => new SignFlippedInProduct()),
        ("attention", "mask forgotten", () => new MaskForgotten()),
        ("attention", "1/√d forgotten", () => new RootOfHeadSizeForgotten()),
        ("attention", "without −Σ", () => new AttentionWithoutSum()),
        ("attention", "logsumexp of another row", () => new StaleLogSumExp()),
        ("attention", "keys and values exchanged", () => new KeysAndValuesExchanged()),
        ("attention", "last token skipped", () => new LastTokenSkipped()),
        ("tied", "+= of the embedding dropped", () => new RepeatedTokenOverwrites()),
        ("tied", "token off by one", () => new TokenOffByOne()),
    ];

    private static IEnumerable<TestCaseData> Mutations => All.Select(entry => new TestCaseData(entry.Demo, entry.Name));

    private static IEnumerable<string> Demos => All.Select(entry => entry.Demo).Distinct();

    [TestCaseSource(nameof(Mutations))]
    public void A_wrong_rule_is_seen_in_the_view(string demo, string mistake)
    {
        using Backend backend = All.Single(entry => entry.Demo == demo && entry.Name == mistake).Backend();
        using DemoSource source = new(demo, backend);
        using StepTrace trace = new(source.Open(0));
        Assert.That(Views(trace).Any(view => !view.Element!.Proof!.Passed), "Σ terms");
        Assert.That(Views(trace).Any(view => view.Proofs.Any(proof => proof.Name == "finite difference" && !proof.Passed)), "finite difference");
    }

    [TestCaseSource(nameof(Demos))]
    public void A_right_one_is_not(string demo)
    {
        using PlainBackend backend = new();
        using DemoSource source = new(demo, backend);
        using StepTrace trace = new(source.Open(0));
        int seen = 0;
        foreach (StepView view in Views(trace, every: demo == "tied" ? 5 : 1))
        {
            Assert.That(view.Element!.Proof!.Passed, $"{view.Cursor}: {view.Element.Proof}");
            Assert.That(view.Proofs.Where(proof => !proof.Passed), Is.Empty, view.Cursor);
            seen++;
        }
        Assert.That(seen, Is.GreaterThan(20));
    }

    /// <summary>Every element (or every so manieth) of every gradient that a backward frame adds to, the last frame first.</summary>
    private static IEnumerable<StepView> Views(StepTrace trace, int every = 1) =>
        from frame in trace.Frames.Reverse()
        where frame.Kind == FrameKind.Backward
        from tensor in trace.Receivers(frame.Node)
        from element in Enumerable.Range(0, tensor.Tensor.Shape.Length)
        where element % every == 0
        select StepExplainer.Explain(trace, new Cursor(0, frame.Id, StepLevel.Element, tensor.Id, ElementText.Of(tensor.Tensor.Shape, element)));
}
