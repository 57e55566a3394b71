using PureLlm.Autograd.Inspection.Explanations;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <summary>Fills the view of a clip, update or check frame.</summary>
/// <remarks>The update itself is made on the first visit and kept by the trace.</remarks>
public static partial class UpdateExplainer
{
    /// <summary>The view with what the frame adds to it.</summary>
    /// <param name="trace">The recorded step; its subject has an optimizer.</param>
    /// <param name="frame">A clip, update or check frame of it.</param>
    /// <param name="cursor">Element and level; the line search where its view asks for it.</param>
    /// <param name="view">What is common to all frames.</param>
    public static StepView Explain(StepTrace trace, Frame frame, Cursor cursor, StepView view)
    {
        StepUpdate update = trace.Update;
        view = view with { Update = Summary(update) };
        if (cursor.View == "line-search") { view = view with { LineSearch = update.LineSearch(), ReadAs = [SayLineSearch(update)] }; }
        return frame.Kind switch
        {
            FrameKind.Clip => Clip(trace, update, view),
            FrameKind.Update => Update(trace, update, frame, cursor, view),
            FrameKind.Check => Check(trace, update, view),
            _ => throw new ArgumentException($"Frame '{frame.Id}' is {frame.Kind}; an update is explained in clip, update and check frames."),
        };
    }

    /// <summary>What the optimizer does to one element of a parameter.</summary>
    internal static ElementUpdate Element(StepUpdate update, Parameter parameter, int element, StepTrace trace)
    {
        (View before, View _) = update.WeightsOf(parameter);
        float At(View view) => view.IsEmpty ? 0 : trace.Read(view.Slice(element, 1))[0];
        float w = At(before), g = At(parameter.Tensor.Grad);
        return update.Optimizer.RuleOf(parameter) switch
        {
            AdamWRule rule => AdamWElement.Of(update, rule, new(w, g, At(rule.M), At(rule.V))),
            SgdRule rule => SgdElement.Of(update, rule, new(w, g, At(rule.M), 0)),
            MuonRule rule => OfMuon(update, parameter, rule, element, new(w, g, At(rule.M), 0)),
            UpdateRule rule => throw new NotSupportedException($"{update.Optimizer.Name}: no explanation of {rule.GetType().Name}; add one in Engine/Inspection/Updates."),
        };
    }

    private static MuonElement OfMuon(StepUpdate update, Parameter parameter, MuonRule rule, int element, WeightState state)
    {
        HiddenMatrix matrix = rule.Matrices.First(matrix => parameter.Offset + element < matrix.Offset + matrix.Length);
        return MuonElement.Of(update, rule, state, update.Orthogonal(parameter, rule, matrix), parameter.Offset + element - matrix.Offset);
    }

    private static StepView Update(StepTrace trace, StepUpdate update, Frame frame, Cursor cursor, StepView view)
    {
        Parameter parameter = trace.Subject.Slabs.Parameters[frame.Parameter];
        float[] g = trace.Gradient(parameter.Tensor);
        int element = ElementIndex.Find(cursor.Element, parameter.Shape) ?? ElementIndex.Largest(g);
        (View beforeView, View afterView) = update.WeightsOf(parameter);
        float before = trace.Read(beforeView.Slice(element, 1))[0], after = trace.Read(afterView.Slice(element, 1))[0];
        ElementUpdate explained = Element(update, parameter, element, trace);
        double change = (double)after - before;
        string indices = ElementIndex.Text(element, parameter.Shape);
        return view with
        {
            Rule = FormulaOf(explained.Formula),
            Element = new ElementView
            {
                Indices = indices,
                Kernel = after,
                Lines = cursor.Level == StepLevel.Term ? explained.Kernel : explained.Lines,
                Sum = explained.Textbook,
                Proof = Bits(explained, after),
            },
            Proofs = [Bits(explained, after), Textbook(explained, before, after)],
            ReadAs = [.. view.ReadAs, Say(parameter, indices, g[element], before, change, trace)],
            Notes = [.. view.Notes, .. explained.Notes, .. Notes(update, g[element], before, after)],
        };
    }

    private static ProofView Bits(ElementUpdate explained, float stored) => new(
        "new weight to the bit", stored, explained.Replayed, UlpsBetween(stored, explained.Replayed), 0, "ULP",
        BitConverter.SingleToInt32Bits(stored) == BitConverter.SingleToInt32Bits(explained.Replayed),
        "the kernel's float32 operations, one by one, from the numbers shown at the level of terms");

    private static ProofView Textbook(ElementUpdate explained, float before, float after)
    {
        double unit = Math.Max(MathF.BitIncrement(MathF.Abs(before)) - MathF.Abs(before), Math.Abs(after - before) * 1e-6), error = Math.Abs(explained.Textbook - after) / unit;
        return new("formula in float64", after, explained.Textbook, error, 4, "ULP", error <= 4, "the lines above, evaluated in float64; one last place of w, or a millionth of the step where that is more");
    }

    private static long UlpsBetween(float a, float b) => float.IsNaN(a) || float.IsNaN(b)
        ? float.IsNaN(a) && float.IsNaN(b) ? 0 : long.MaxValue
        : Math.Abs(Ordered(a) - Ordered(b));

    private static long Ordered(float x) => BitConverter.SingleToInt32Bits(x) is >= 0 and int bits ? bits : int.MinValue - (long)BitConverter.SingleToInt32Bits(x);

    private static string Say(Parameter parameter, string indices, float gradient, float before, double change, StepTrace trace)
    {
        string moved = change == 0 ? "stays where it is" : $"moves {(change > 0 ? "up" : "down")} by {Shown.Of(Math.Abs(change), 3)}";
        double effect = gradient * change;
        return $"{trace.Of(parameter.Tensor).Id}[{indices}] {moved} from {Shown.Of(before)}; by its gradient {Shown.Of(gradient)} alone that {(effect > 0 ? "raises" : "lowers")} the loss by {Shown.Of(Math.Abs(effect), 3)}.";
    }

    private static IEnumerable<NoteView> Notes(StepUpdate update, float gradient, float before, float after)
    {
        if (update.Clips) { yield return new("clipped", $"‖g‖ = {Shown.Of(update.Norm)} is above {Shown.Short(update.MaximumNorm)}: every gradient is multiplied by {Shown.Of(update.ClipScale)}.", null); }
        if (after == before && gradient != 0) { yield return new("lost update", "The step is less than half a last place of w: in float32 the weight stays the same.", null); }
    }

    private static FormulaView FormulaOf(string source)
    {
        Formula formula = Formula.Parse(source);
        return new FormulaView(formula.Unicode, formula.Latex, formula.MathMl);
    }
}
