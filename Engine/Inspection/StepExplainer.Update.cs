using PureLlm.Engine.Inspection.Lenses;
using PureLlm.Engine.Inspection.Updates;

namespace PureLlm.Engine.Inspection;

/// <content>The optimizer's frames: clip, update, check; and the panes that are asked for by the cursor's view.</content>
public static partial class StepExplainer
{
    /// <summary>The clipping of the gradient, the update of a parameter, the loss after it.</summary>
    private static StepView Update(StepScene scene, StepView view)
    {
        if (scene.Subject is { } subject)
        {
            string symbol = TensorNames.Short(subject.Tensor.Id, scene.Frame.Module);
            TensorReading gradient = new(subject.Tensor, TensorPart.Gradient);
            view = view with
            {
                Subject = TensorViews.Of(scene, subject, scene.Frame.Kind == FrameKind.Clip ? $"∂L/∂{symbol}" : symbol, scene.Element),
                Upstream = [TensorViews.Of(scene, gradient, $"∂L/∂{symbol}", scene.Element)],
                Ledger = LedgerBook.Of(scene, subject.Tensor),
            };
        }
        return UpdateExplainer.Explain(scene, view);
    }

    /// <summary>Line search, attention, logit lens, losses of the tokens.</summary>
    private static StepView Panes(StepScene scene, StepView view) => scene.Cursor.View switch
    {
        "line-search" => UpdateExplainer.LineSearch(scene, view),
        "attention" => AttentionPane.Of(scene, view),
        "lens" => LensPane.Of(scene, view),
        "tokens" => TokenLossPane.Of(scene, view),
        _ => view,
    };
}
