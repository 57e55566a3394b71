using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection.Updates;

/// <summary>Fills the view of a clip, update or check frame.</summary>
/// <remarks>The update itself is made on the first visit and kept by the trace.</remarks>
public static partial class UpdateExplainer
{
    /// <summary>The view with what the frame adds to it.</summary>
    /// <param name="scene">A clip, update or check frame; at the level of terms the kernel's own operations are shown.</param>
    /// <param name="view">What is common to all frames.</param>
    public static StepView Explain(StepScene scene, StepView view)
    {
        StepUpdate update = scene.Trace.Update;
        view = view with { Update = Summary(update) };
        return scene.Frame.Kind switch
        {
            FrameKind.Clip => Clip(scene, update, view),
            FrameKind.Update => Update(scene, update, view),
            FrameKind.Check => Check(scene.Trace, update, view),
            _ => throw new ArgumentException($"Frame '{scene.Frame.Id}' is {scene.Frame.Kind}; an update is explained in clip, update and check frames."),
        };
    }

    private static StepView Update(StepScene scene, StepUpdate update, StepView view)
    {
        if (scene.Element < 0) { return view; }
        StepTrace trace = scene.Trace;
        Parameter parameter = trace.Subject.Slabs.Parameters[scene.Frame.Parameter];
        UpdateRule rule = update.Optimizer.RuleOf(parameter);
        (View beforeView, View afterView) = update.WeightsOf(parameter);
        float before = One(trace, beforeView, scene.Element), after = One(trace, afterView, scene.Element), g = One(trace, parameter.Tensor.Grad, scene.Element);
        ElementUpdate explained = Element(trace, update, parameter, rule, scene.Element);
        ProofView bits = Bits(explained, after);
        return view with
        {
            Reads = [.. Tensors(scene, update, rule)],
            Downstream = [Change(scene, update, parameter, "Δw"), Change(scene, update, parameter, "w after")],
            Rule = FormulaOf(explained.Formula),
            Element = new ElementView
            {
                Indices = scene.Indices,
                Meaning = ElementMeaning.Of(scene),
                Kernel = after,
                Lines = scene.Cursor.Level == StepLevel.Term ? explained.Kernel : explained.Lines,
                Sum = explained.Textbook,
                Proof = bits,
            },
            Proofs = [.. view.Proofs, bits, Textbook(explained, before, after)],
            ReadAs = [.. view.ReadAs, Say(scene, g, before, (double)after - before), SayWhole(trace, update, scene.Frame.Parameter)],
            Notes = [.. view.Notes, .. explained.Notes, .. Notes(g, before, after)],
            Code = [.. explained.Source.Select(Place)],
        };
    }

    private static ElementUpdate Element(StepTrace trace, StepUpdate update, Parameter parameter, UpdateRule rule, int element)
    {
        float w = One(trace, update.WeightsOf(parameter).Before, element), g = One(trace, parameter.Tensor.Grad, element);
        switch (rule)
        {
            case AdamWRule adam: return AdamWElement.Of(update, adam, new(w, g, One(trace, adam.M, element), One(trace, adam.V, element)));
            case SgdRule descent: return SgdElement.Of(update, descent, new(w, g, One(trace, descent.M, element), 0));
            case MuonRule muon:
                HiddenMatrix matrix = muon.Matrices.First(matrix => parameter.Offset + element < matrix.Offset + matrix.Length);
                return MuonElement.Of(update, muon, new(w, g, One(trace, muon.M, element), 0), update.Orthogonal(parameter, muon, matrix), parameter.Offset + element - matrix.Offset);
            default: throw new NotSupportedException($"{update.Optimizer.Name}: no explanation of {rule.GetType().Name}; add one in Engine/Inspection/Updates.");
        }
    }

    /// <summary>The moments before the update.</summary>
    private static IEnumerable<TensorView> Tensors(StepScene scene, StepUpdate update, UpdateRule rule)
    {
        (string Symbol, View View)[] moments = rule switch
        {
            AdamWRule adam => [("m", adam.M), ("v", adam.V)],
            SgdRule { M.IsEmpty: false } descent => [("m", descent.M)],
            MuonRule muon => [("m", muon.M)],
            _ => [],
        };
        return moments.Select(moment => Kept(scene, update, moment.Symbol, () => scene.Trace.Read(moment.View)));
    }

    private static TensorView Change(StepScene scene, StepUpdate update, Parameter parameter, string symbol) => Kept(scene, update, symbol, () =>
    {
        (View before, View after) = update.WeightsOf(parameter);
        float[] w = scene.Trace.Read(after);
        if (symbol != "Δw") { return w; }
        float[] old = scene.Trace.Read(before);
        for (int i = 0; i < w.Length; i++) { w[i] -= old[i]; }
        return w;
    });

    private static TensorView Kept(StepScene scene, StepUpdate update, string symbol, Func<float[]> read)
    {
        TraceTensor tensor = scene.Subject!.Value.Tensor;
        return TensorViews.Of(tensor, update.Summary(tensor, symbol, read), "value", symbol, scene.Element);
    }

    private static ProofView Bits(ElementUpdate explained, float stored) => new(
        "new weight to the bit", stored, explained.Replayed, UlpsBetween(stored, explained.Replayed), 0, "ULP",
        BitConverter.SingleToInt32Bits(stored) == BitConverter.SingleToInt32Bits(explained.Replayed),
        "the kernel's float32 operations, one by one, from the numbers shown at the level of terms");

    private static ProofView Textbook(ElementUpdate explained, float before, float after)
    {
        double unit = Math.Max(MathF.BitIncrement(MathF.Abs(before)) - MathF.Abs(before), Math.Abs(after - before) * 1e-6), error = Math.Abs(explained.Textbook - after) / unit;
        return new("formula in float64", after, explained.Textbook, error, 4, "ULP", error <= 4, "the formula, evaluated in float64; a unit is the last place of w, or a millionth of the step where that is more");
    }

    private static long UlpsBetween(float a, float b) => float.IsNaN(a) || float.IsNaN(b)
        ? float.IsNaN(a) && float.IsNaN(b) ? 0 : long.MaxValue
        : Math.Abs(Ordered(a) - Ordered(b));

    private static long Ordered(float x) => BitConverter.SingleToInt32Bits(x) is >= 0 and int bits ? bits : int.MinValue - (long)BitConverter.SingleToInt32Bits(x);

    private static string Say(StepScene scene, float gradient, float before, double change)
    {
        string moved = change == 0 ? "stays where it is" : $"moves {(change > 0 ? "up" : "down")} by {UpdateText.Rounded(Math.Abs(change), 3)}";
        double effect = gradient * change;
        return $"{scene.Subject!.Value.Tensor.Id}[{scene.Indices}] {moved} from {NumberText.Of(before)}; by its gradient {NumberText.Of(gradient)} alone that {(effect > 0 ? "raises" : "lowers")} the loss by {UpdateText.Rounded(Math.Abs(effect), 3)}";
    }

    private static string SayWhole(StepTrace trace, StepUpdate update, int parameter)
    {
        double predicted = update.Part(parameter).Predicted, whole = update.Predicted;
        string share = whole == 0 ? "" : FormattableString.Invariant($", {100 * predicted / whole:0} % of what all parameters promise together");
        return $"all of {trace.Parameters[parameter].Id} together promises a change of the loss by {UpdateText.Rounded(predicted, 3)}{share}";
    }

    private static IEnumerable<NoteView> Notes(float gradient, float before, float after)
    {
        if (after == before && gradient != 0) { yield return new("lost update", "the step is less than half a last place of w: in float32 the weight stays the same", null); }
    }

    private static float One(StepTrace trace, View view, int element) => view.IsEmpty ? 0 : trace.Read(view.Slice(element, 1))[0];

    private static CodeView Place(SourcePlace place) => new(place.Path, place.Line, place.Text);

    private static FormulaView FormulaOf(string source)
    {
        Formula formula = Formula.Parse(source);
        return new FormulaView(formula.Unicode, formula.Latex, formula.MathMl);
    }
}
