namespace PureLlm.Engine.Inspection;

/// <content>The optimizer's frames: clip, update, check; and the panes that are asked for by the cursor's view.</content>
public static partial class StepExplainer
{
    /// <summary>The clipping of the gradient, the update of a parameter, the loss after it.</summary>
    private static StepView Update(StepScene scene, StepView view)
    {
        if (scene.Subject is not { } subject) { return view; }
        TensorReading gradient = new(subject.Tensor, TensorPart.Gradient);
        return view with
        {
            Subject = TensorViews.Of(scene, subject, TensorNames.Short(subject.Tensor.Id, scene.Frame.Module), scene.Element),
            Upstream = [TensorViews.Of(scene, gradient, $"∂L/∂{TensorNames.Short(subject.Tensor.Id, scene.Frame.Module)}", scene.Element)],
            Element = ElementExplainer.Leaf(scene, subject),
            Ledger = LedgerBook.Of(scene, subject.Tensor),
        };
    }

    /// <summary>Line search, attention, logit lens, losses of the tokens.</summary>
    private static StepView Panes(StepScene scene, StepView view) => view;
}
