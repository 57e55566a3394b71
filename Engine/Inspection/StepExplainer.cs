using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>What is shown at a cursor: a pure function of (trace, cursor).</summary>
public static partial class StepExplainer
{
    private const int NearbyBefore = 12, NearbyAll = 25;

    /// <summary>All that is shown at a cursor; a frame that the step does not have gives way to the nearest of its kind.</summary>
    /// <exception cref="FormatException">The cursor names a frame, element or view that can not be.</exception>
    /// <exception cref="ArgumentException">The step has no such tensor, or the tensor no such element.</exception>
    public static StepView Explain(StepTrace trace, Cursor cursor)
    {
        StepScene scene = StepScene.Resolve(trace, cursor);
        StepView view = Base(scene);
        if (scene.Cursor.Level == StepLevel.Run) { return Panes(scene, Overview.Run(scene, view)); }
        if (scene.Cursor.Level == StepLevel.Module) { return Panes(scene, Overview.Module(scene, view)); }
        view = view with { Graph = StepGraph.Of(scene), Proofs = MeasuredProofs.Of(scene), Notes = StepNotes.Of(scene), ReadAs = StepSentences.Of(scene) };
        view = scene.Frame.Kind switch
        {
            FrameKind.Forward => Forward(scene, view),
            FrameKind.Backward or FrameKind.Accumulate => Backward(scene, view),
            FrameKind.Seed or FrameKind.Zero => Leaf(scene, view),
            _ => Update(scene, view),
        };
        if (view.Element is { } element && scene.Element >= 0)
        {
            view = view with { Element = element with { Value = trace.At(new TensorReading(scene.Subject!.Value.Tensor, TensorPart.Value), scene.Element) } };
        }
        return Panes(scene, view);
    }

    private static StepView Base(StepScene scene)
    {
        StepTrace trace = scene.Trace;
        int first = Math.Clamp(scene.Frame.Index - NearbyBefore, 0, Math.Max(0, trace.Frames.Count - NearbyAll));
        return new StepView
        {
            Cursor = scene.Cursor.ToString(),
            Title = trace.Subject.Title,
            Step = trace.Subject.Step,
            Loss = trace.Loss,
            Floor = trace.Subject.Floor,
            Frame = scene.View(scene.Frame),
            FrameCount = trace.Frames.Count,
            Level = scene.Cursor.Level.ToString().ToLowerInvariant(),
            Nearby = [.. trace.Frames.Skip(first).Take(NearbyAll).Select(scene.View)],
            Modules = trace.Modules.Views(scene),
            Tokens = trace.Subject.Tokens,
        };
    }

    /// <summary>Inputs → rule → output.</summary>
    private static StepView Forward(StepScene scene, StepView view)
    {
        TensorView subject = TensorViews.Of(scene, scene.Subject!.Value, ElementExplainer.OutputSymbol, scene.Element);
        return view with
        {
            Subject = subject,
            Upstream = TensorViews.Inputs(scene, _ => true),
            Downstream = [subject],
            Formula = Notation(scene.Explainer?.Forward(scene.Values!)),
            Element = ElementExplainer.Forward(scene),
            Code = Source(scene, 0),
        };
    }

    /// <summary>∂L/∂output → rule → gradients of the inputs; or one of them added to what is there.</summary>
    private static StepView Backward(StepScene scene, StepView view)
    {
        Node node = scene.Node!;
        TensorReading output = new(scene.Trace.Of(node.Output), TensorPart.Gradient);
        view = view with
        {
            Upstream = [TensorViews.Of(scene, output, $"∂L/∂{ElementExplainer.OutputSymbol}")],
            Reads = TensorViews.Read(scene),
            Formula = Notation(scene.Explainer?.Forward(scene.Values!)),
        };
        if (scene.Subject is not { } subject) { return view; }
        int input = scene.SubjectInputs[0];
        return view with
        {
            Subject = TensorViews.Of(scene, subject, $"∂L/∂{scene.SymbolOf(input)}", scene.Element),
            Downstream = [.. scene.Trace.Receivers(node.Index).Select(tensor => TensorViews.Of(
                scene, new TensorReading(tensor, TensorPart.Share, node.Index), $"∂L/∂{scene.SymbolOf(scene.Trace.InputsOf(node, tensor.Tensor)[0])}", tensor == subject.Tensor ? scene.Element : -1))],
            Rule = Notation(scene.Element < 0 ? scene.Explainer?.Backward(scene.Values!, input) : scene.Explainer?.Backward(scene.Values!, input, scene.Element)),
            Element = ElementExplainer.Backward(scene),
            Ledger = LedgerBook.Of(scene, subject.Tensor),
            Code = Source(scene, input),
        };
    }

    /// <summary>Where gradients begin: 0 everywhere, then 1 at the loss.</summary>
    private static StepView Leaf(StepScene scene, StepView view)
    {
        if (scene.Subject is not { } subject) { return view; }
        bool isSeed = scene.Frame.Kind == FrameKind.Seed;
        string symbol = isSeed ? "∂L/∂L" : $"∂L/∂{TensorNames.Short(subject.Tensor.Id, "")}";
        return view with
        {
            Subject = TensorViews.Of(scene, subject, symbol, scene.Element),
            Downstream = [TensorViews.Of(scene, subject, symbol, scene.Element)],
            Rule = Notation(Formula.Parse(isSeed ? "partial L / partial L = 1" : "partial L / partial x = 0")),
            Element = ElementExplainer.Leaf(scene, subject),
            Ledger = LedgerBook.Of(scene, subject.Tensor),
        };
    }

    private static FormulaView? Notation(Formula? formula) => formula is null ? null : new FormulaView(formula.Unicode, formula.Latex, formula.MathMl);

    private static IReadOnlyList<CodeView> Source(StepScene scene, int input) =>
        scene.Explainer is null ? [] : [.. scene.Explainer.Source(scene.Values!, input).Select(place => new CodeView(place.Path, place.Line, place.Text))];
}
