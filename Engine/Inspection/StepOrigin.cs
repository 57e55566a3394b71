using System.Globalization;
using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>Where the numbers of a step that are not finite come from: an operation whose inputs were all finite, or a weight that was none before.</summary>
public sealed class StepOrigin
{
    private StepOrigin(StepTrace trace, Frame frame, TensorReading reading, int element, bool isGiven)
    {
        (Trace, Frame, Reading, Element, IsGiven) = (trace, frame, reading, element, isGiven);
        Value = trace.At(reading, element);
        StatsView stats = trace.Summary(reading).Stats;
        (Count, Total) = (stats.NaNs + stats.Infinities, stats.Count);
    }

    public StepTrace Trace { get; }

    /// <summary>The operation, forward or backward; of a weight that was not finite before, the first that reads it.</summary>
    public Frame Frame { get; }

    /// <summary>What was not finite: an output, a share of a gradient, or what came in.</summary>
    public TensorReading Reading { get; }

    /// <summary>The first element at fault, row-major.</summary>
    public int Element { get; }

    /// <summary>Whether it was there before the step: then the update of the step before, or a wrong input, made it.</summary>
    public bool IsGiven { get; }

    /// <summary>NaN, +∞ or −∞.</summary>
    public double Value { get; }

    /// <summary>Elements at fault, of so many.</summary>
    public int Count { get; }

    public int Total { get; }

    /// <summary>Indices of the element: "0,14,3".</summary>
    public string Indices => ElementText.Of(Reading.Tensor.Tensor.Shape, Element);

    /// <summary>The place, to share.</summary>
    public Cursor Cursor => new(Trace.Subject.Step, Frame.Id, Tensor: Frame.Kind == FrameKind.Forward && !IsGiven ? "" : Reading.Tensor.Id, Element: Indices);

    /// <summary>The first origin in the order of the step: forward frames, then backward ones; null: everything is finite.</summary>
    public static StepOrigin? Find(StepTrace trace)
    {
        foreach (Frame frame in trace.Frames)
        {
            if (Of(trace, frame) is { } origin) { return origin; }
        }
        return null;
    }

    /// <summary>What a frame makes that is not finite, of inputs that all are, or what it is the first to read that was given so; null: nothing.</summary>
    public static StepOrigin? Of(StepTrace trace, Frame frame)
    {
        if (frame.Kind is not (FrameKind.Forward or FrameKind.Backward)) { return null; }
        Node node = trace.Tape[frame.Node];
        TensorReading output = new(trace.Of(node.Output), TensorPart.Value);
        foreach (Tensor input in node.Inputs)
        {
            TensorReading read = new(trace.Of(input), TensorPart.Value);
            if (!Has(trace, read)) { continue; }
            bool isGiven = frame.Kind == FrameKind.Forward && read.Tensor.Producer < 0 && read.Tensor.Consumers[0].Node == frame.Node;
            return isGiven ? At(trace, frame, read, isGiven: true) : null;
        }
        if (frame.Kind == FrameKind.Forward) { return Has(trace, output) ? At(trace, frame, output) : null; }
        if (Has(trace, output) || Has(trace, output with { Part = TensorPart.Gradient })) { return null; }
        foreach (TraceTensor receiver in trace.Receivers(frame.Node))
        {
            TensorReading share = new(receiver, TensorPart.Share, frame.Node);
            // What an earlier share has spoilt does not tell what this one is.
            int[] order = trace.ContributorsOf(receiver);
            int place = Array.IndexOf(order, frame.Node);
            bool isSpoilt = place > 0 && Has(trace, new TensorReading(receiver, TensorPart.After, order[place - 1]));
            if (!isSpoilt && Has(trace, share)) { return At(trace, frame, share); }
        }
        return null;
    }

    /// <summary>Two lines: what, where, from what; and what came of it.</summary>
    public override string ToString()
    {
        string where = Frame.Module.Length == 0 ? Trace.Tape[Frame.Node].Op.Name : $"{Frame.Module}.{Trace.Tape[Frame.Node].Op.Name}";
        string name = Reading.Part is TensorPart.Share or TensorPart.Gradient ? $"∂L/∂{Reading.Tensor.Id}" : Reading.Tensor.Id;
        string what = $"{name}{(Reading.Tensor.Tensor.Shape.Rank == 0 ? "" : $"[{Indices}]")} = {NumberText.Of(Value)}";
        string first = IsGiven
            ? $"step {Trace.Subject.Step}   {what} before the step   ({Numbers(Count)} of {Numbers(Total)})"
            : $"step {Trace.Subject.Step}   {Frame.Kind.ToString().ToLowerInvariant()} {Frame.Id}: {where}   {what} {From()}   ({Numbers(Count)} of {Numbers(Total)})";
        return $"{first}\n{Damage()}{(IsGiven ? "" : "   inputs finite ✓")}";
    }

    /// <summary>The numbers that it was made of: those at the same place, or the largest.</summary>
    private string From()
    {
        Node node = Trace.Tape[Frame.Node];
        List<(string Name, Tensor Tensor, TensorPart Part)> read = [];
        if (Frame.Kind == FrameKind.Backward) { read.Add(($"∂L/∂{Trace.Of(node.Output).Id}", node.Output, TensorPart.Gradient)); }
        foreach (Tensor input in node.Inputs)
        {
            if (!read.Exists(item => ReferenceEquals(item.Tensor, input))) { read.Add((Trace.Of(input).Id, input, TensorPart.Value)); }
        }
        bool isElementwise = read.TrueForAll(item => item.Tensor.Shape == node.Output.Shape);
        return $"from {string.Join(", ", read.Select(item => isElementwise
            ? $"{item.Name} = {NumberText.Of(Trace.At(new TensorReading(Trace.Of(item.Tensor), item.Part), Element))}"
            : $"|{item.Name}| ≤ {NumberText.Of(Trace.Summary(new TensorReading(Trace.Of(item.Tensor), item.Part)).Stats.MaxAbs)}"))}";
    }

    private string Damage()
    {
        long values = 0;
        foreach (TraceTensor tensor in Trace.Tensors)
        {
            if (tensor.Producer >= 0 && !ReferenceEquals(tensor, Reading.Tensor)) { values += Bad(Trace, new TensorReading(tensor, TensorPart.Value)); }
        }
        long gradients = Trace.Leaves.Sum(tensor => (long)Bad(Trace, new TensorReading(tensor, TensorPart.Gradient)));
        string loss = double.IsFinite(Trace.Loss) ? $"loss {NumberText.Of(Trace.Loss)}" : $"loss {NumberText.Of(Trace.Loss)} at f{Trace.Of(Trace.LossTensor).Producer}";
        return $"downstream damage: {Numbers(values)} values, {Numbers(gradients)} gradients → {loss}.";
    }

    private static StepOrigin At(StepTrace trace, Frame frame, TensorReading reading, bool isGiven = false) =>
        new(trace, frame, reading, Array.FindIndex(trace.ReadAll(reading), value => !float.IsFinite(value)), isGiven);

    private static bool Has(StepTrace trace, TensorReading reading) => Bad(trace, reading) > 0;

    private static int Bad(StepTrace trace, TensorReading reading)
    {
        StatsView stats = trace.Summary(reading).Stats;
        return stats.NaNs + stats.Infinities;
    }

    private static string Numbers(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
