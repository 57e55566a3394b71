using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection.Comparing;

/// <summary>Gives one element of a tensor another value and evaluates all that depends on it again, in float64: a finite difference made by hand.</summary>
/// <remarks>The trace is not touched. An activation is taken as given: what made it does not run again.</remarks>
public static class WhatIf
{
    /// <summary>Multiply-adds of a step that is evaluated again.</summary>
    private const double MostArithmetic = 6e9;

    /// <summary>Cells of all maps together; tensors after that come without one.</summary>
    private const int MostCells = 40_000;

    private const int ShownCells = 8;

    /// <param name="trace">The recorded step.</param>
    /// <param name="tensor">Name of a parameter, an input or an activation.</param>
    /// <param name="element">Its indices: "1,2".</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="FormatException">The element is no list of indices.</exception>
    /// <exception cref="ArgumentException">There is no such tensor or element, the loss does not depend on it, the value is not finite, or the step is too large.</exception>
    public static WhatIfView Evaluate(StepTrace trace, string tensor, string element, double value)
    {
        (TraceTensor edited, int place) = Find(trace, tensor, element, value);
        IReadOnlyList<double> recorded = trace.Twin.ValuesOf(edited.Tensor);
        double[] moved = recorded.ToArray();
        double before = moved[place], delta = value - before;
        moved[place] = value;
        IReadOnlyDictionary<Tensor, double[]> after = trace.Twin.With(new Dictionary<Tensor, double[]>(ReferenceEqualityComparer.Instance) { [edited.Tensor] = moved });

        double lossBefore = trace.Twin.ValuesOf(trace.LossTensor)[0], lossAfter = after.TryGetValue(trace.LossTensor, out double[]? loss) ? loss[0] : lossBefore;
        double? gradient = edited.Tensor.NeedsGradient ? trace.At(new TensorReading(edited, TensorPart.Gradient), place) : null;
        ChangedTensorView[] changed = Changes(trace, after);
        return new WhatIfView
        {
            Tensor = edited.Id,
            Element = ElementText.Of(edited.Tensor.Shape, place),
            Before = before,
            After = value,
            LossBefore = lossBefore,
            LossAfter = lossAfter,
            Change = lossAfter - lossBefore,
            Gradient = gradient,
            Predicted = gradient * delta,
            Slope = delta == 0 ? null : (lossAfter - lossBefore) / delta,
            Changed = changed,
            ReadAs = Say(edited, place, before, value, lossAfter - lossBefore, gradient, changed),
        };
    }

    private static (TraceTensor Tensor, int Element) Find(StepTrace trace, string name, string element, double value)
    {
        TraceTensor tensor = trace.FindTensor(name) ?? throw new ArgumentException(trace.NoTensor(name));
        Shape shape = tensor.Tensor.Shape;
        if (!ElementText.TryPlace(shape, ElementText.Parse(element), out int place))
        {
            throw new ArgumentException(FormattableString.Invariant($"{tensor.Id} {shape} has no element '{element}': the last is {ElementText.Of(shape, shape.Length - 1)}."));
        }
        if (!double.IsFinite(value)) { throw new ArgumentException($"{tensor.Id}[{element}]: the new value is {value.ToString(CultureInfo.InvariantCulture)}; it must be a finite number."); }
        if (tensor.Consumers.Count == 0 && !ReferenceEquals(tensor.Tensor, trace.LossTensor)) { throw new ArgumentException($"{tensor.Id}: nothing in this step reads it, so the loss can not change."); }
        if (trace.Cost > MostArithmetic)
        {
            throw new ArgumentException(FormattableString.Invariant($"{trace.Subject.Title}: a what-if evaluates the step again in float64, {trace.Cost:0.0e0} multiply-adds; at most {MostArithmetic:0e0} are done. Open the step with fewer tokens or a smaller model."));
        }
        return (tensor, place);
    }

    /// <summary>Every tensor with a value that is not the same bit for bit, in tape order.</summary>
    private static ChangedTensorView[] Changes(StepTrace trace, IReadOnlyDictionary<Tensor, double[]> after)
    {
        List<ChangedTensorView> changes = [];
        int cells = 0;
        foreach (TraceTensor tensor in trace.Tensors)
        {
            if (!after.TryGetValue(tensor.Tensor, out double[]? now)) { continue; }
            IReadOnlyList<double> then = trace.Twin.ValuesOf(tensor.Tensor);
            int[] places = [.. Enumerable.Range(0, now.Length).Where(i => !now[i].Equals(then[i]))];
            if (places.Length == 0) { continue; }
            float[] difference = new float[now.Length];
            foreach (int i in places) { difference[i] = (float)(now[i] - then[i]); }
            HeatView? heat = null;
            TensorSummary summary = TensorSummary.Of(difference, tensor.Tensor.Shape);
            if (cells + summary.Map.Length <= MostCells)
            {
                cells += summary.Map.Length;
                heat = new HeatView(summary.Rows, summary.Columns, summary.RowSize, summary.ColumnSize, summary.Map, -1, -1);
            }
            ChangedCellView Cell(int i) => new(ElementText.Of(tensor.Tensor.Shape, i), then[i], now[i]);
            changes.Add(new ChangedTensorView(tensor.Id, tensor.Role, StepText.Sizes(tensor.Tensor.Shape), places.Length, now.Length, summary.Stats.MaxAbs, heat,
                [.. summary.Largest.Where(one => one.Value != 0).Take(ShownCells).Select(one => Cell(one.Element))]));
        }
        return [.. changes];
    }

    private static IReadOnlyList<string> Say(TraceTensor tensor, int place, double before, double value, double change, double? gradient, ChangedTensorView[] changed)
    {
        double delta = value - before;
        string what = $"{tensor.Id}[{ElementText.Of(tensor.Tensor.Shape, place)}] from {StepText.Number(before)} to {StepText.Number(value)}";
        if (delta == 0) { return [$"{what}: the same number, so nothing changes"]; }
        List<string> sentences = [$"{what} {(change == 0 ? "leaves the loss as it is" : $"{(change > 0 ? "raises" : "lowers")} the loss by {StepText.Number(Math.Abs(change))}")}; {changed.Sum(one => one.Changed) - 1} other numbers in {changed.Length - 1} tensors change"];
        if (gradient is { } g)
        {
            double predicted = g * delta;
            string agreement = change == 0 && predicted == 0 ? "they agree"
                : $"the rest, {StepText.Number(change - predicted)}, is curvature: it shrinks with the square of the change";
            sentences.Add($"the gradient {StepText.Number(g)} times the change {StepText.Number(delta)} predicts {StepText.Signed(predicted)}, it is {StepText.Signed(change)}: {agreement}");
        }
        return sentences;
    }
}

/// <summary>What follows from another value of one element.</summary>
public sealed record WhatIfView
{
    public required string Tensor { get; init; }

    /// <summary>"1,2".</summary>
    public required string Element { get; init; }

    /// <summary>The recorded value.</summary>
    public required double Before { get; init; }

    /// <summary>The value that it was given.</summary>
    public required double After { get; init; }

    public required double LossBefore { get; init; }

    public required double LossAfter { get; init; }

    /// <summary>Loss after − loss before.</summary>
    public required double Change { get; init; }

    /// <summary>The recorded ∂L/∂element; null for a constant.</summary>
    public double? Gradient { get; init; }

    /// <summary>Gradient times the change of the element: what a straight line would do.</summary>
    public double? Predicted { get; init; }

    /// <summary>Change of the loss over that of the element: a one-sided finite difference.</summary>
    public double? Slope { get; init; }

    /// <summary>The edited tensor and all that changed after it, in tape order.</summary>
    public required IReadOnlyList<ChangedTensorView> Changed { get; init; }

    public IReadOnlyList<string> ReadAs { get; init; } = [];
}

/// <summary>A tensor of which some values changed.</summary>
/// <param name="Name">As in cursors.</param>
/// <param name="Role">"parameter", "activation" or "constant".</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Changed">Values that changed.</param>
/// <param name="Count">Values in all.</param>
/// <param name="MaxAbs">The largest change.</param>
/// <param name="Difference">After − before, as a map; null where there are too many.</param>
/// <param name="Largest">The largest changes.</param>
public sealed record ChangedTensorView(string Name, string Role, IReadOnlyList<int> Shape, int Changed, int Count, double MaxAbs, HeatView? Difference, IReadOnlyList<ChangedCellView> Largest);

/// <summary>One value that changed.</summary>
public sealed record ChangedCellView(string Element, double Before, double After);
