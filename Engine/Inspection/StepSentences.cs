using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>What the numbers at a cursor say, in words.</summary>
internal static class StepSentences
{
    public static IReadOnlyList<string> Of(StepScene scene)
    {
        if (scene.Subject is not { } subject || scene.Element < 0) { return []; }
        List<string> lines = [];
        string name = NameOf(scene, subject.Tensor);
        switch (scene.Frame.Kind)
        {
            case FrameKind.Zero:
                lines.Add($"{Counted(scene.Trace.Leaves.Sum(tensor => (long)tensor.Tensor.Shape.Length), "gradient")} of {Counted(scene.Trace.Leaves.Count(), "tensor")} start at 0; {Counted(scene.Trace.Frames.Count(frame => frame.Kind == FrameKind.Backward), "operation")} will add to them");
                break;
            case FrameKind.Seed:
                lines.Add($"the loss is {StepText.Number(scene.Trace.Loss)} and moves as much as itself: ∂L/∂L = {StepText.Number(scene.Trace.At(subject, 0))}");
                break;
            case FrameKind.Forward:
                lines.Add(Size(scene, subject, name));
                break;
            case FrameKind.Backward or FrameKind.Accumulate:
                AddPaths(scene, subject.Tensor, name, lines);
                AddBalance(scene, lines);
                lines.Add(Effect(scene.Trace, subject.Tensor, scene.Element, name));
                break;
            default:
                lines.Add(Effect(scene.Trace, subject.Tensor, scene.Element, name));
                break;
        }
        return lines;
    }

    /// <summary>"the norm path pulls ∂L/∂x[1] up a little (+0.0238), the skip path pulls it down a lot (−0.5769)".</summary>
    private static void AddPaths(StepScene scene, TraceTensor tensor, string name, List<string> lines)
    {
        int[] order = scene.Trace.ContributorsOf(tensor);
        if (order.Length < 2) { return; }
        double[] shares = [.. order.Select(node => scene.Trace.At(new TensorReading(tensor, TensorPart.Share, node), scene.Element))];
        double all = shares.Sum(Math.Abs);
        if (all == 0 || !double.IsFinite(all)) { return; }
        IEnumerable<string> parts = order.Select((node, i) => shares[i] == 0
            ? $"the {PathOf(scene.Trace, tensor, node, order)} leaves it as it is (0)"
            : $"the {PathOf(scene.Trace, tensor, node, order)} pulls {(i == 0 ? $"∂L/∂{name}" : "it")} {(shares[i] > 0 ? "up" : "down")}{HowMuch(Math.Abs(shares[i]) / all)} ({StepText.Signed(shares[i])})");
        lines.Add(string.Join(", ", parts));
    }

    /// <summary>"20 of 32 terms push it up (+0.52), 12 down (−0.21): 40 % cancels".</summary>
    private static void AddBalance(StepScene scene, List<string> lines)
    {
        if (scene.Explained is not { Terms.Count: > 1 } explained || !double.IsFinite(explained.Sum)) { return; }
        double up = 0, down = 0;
        int ups = 0, downs = 0;
        foreach (Autograd.Inspection.Explanations.Term term in explained.Terms)
        {
            if (term.Value > 0) { (up, ups) = (up + term.Value, ups + 1); }
            if (term.Value < 0) { (down, downs) = (down + term.Value, downs + 1); }
        }
        if (ups + downs == 0) { return; }
        double largest = Math.Abs(explained.BySize[0].Value) / (up - down);
        if (ups > 0 && downs > 0)
        {
            lines.Add(FormattableString.Invariant($"{ups} of {explained.Terms.Count} terms push it up ({StepText.Signed(up)}), {downs} down ({StepText.Signed(down)}): {StepText.Percent(2 * Math.Min(up, -down) / (up - down))} of what was sent cancels"));
        }
        if (largest > 0.5 && ups + downs > 1) { lines.Add($"{ElementMeaning.WithTokens(scene.Trace, explained.BySize[0].Label)} alone makes {StepText.Percent(largest)} of it"); }
    }

    /// <summary>"raising W1[1,2] by 0.01 lowers the loss by about 0.0030".</summary>
    public static string Effect(StepTrace trace, TraceTensor tensor, int element, string name)
    {
        double gradient = trace.At(new TensorReading(tensor, TensorPart.Gradient), element);
        if (!double.IsFinite(gradient)) { return $"how the loss answers to {name} can not be told: its gradient is not finite"; }
        if (gradient == 0) { return $"moving {name} a little does not change the loss"; }
        double rms = trace.Summary(new TensorReading(tensor, TensorPart.Value)).Stats.Rms, by = rms is >= 0.1 or 0 || !double.IsFinite(rms) ? 0.01 : Math.Pow(10, Math.Floor(Math.Log10(rms)) - 1);
        return $"raising {name} by {StepText.Number(by)} {(gradient > 0 ? "raises" : "lowers")} the loss by about {StepText.Number(Math.Abs(gradient * by))}";
    }

    private static string Size(StepScene scene, TensorReading subject, string name)
    {
        double value = scene.Trace.At(subject, scene.Element);
        StatsView stats = scene.Trace.Summary(subject).Stats;
        if (stats.Count == 1 || stats.Rms == 0 || !double.IsFinite(value)) { return $"{name} = {StepText.Number(value)}"; }
        string rank = Math.Abs(value) >= stats.MaxAbs ? FormattableString.Invariant($", the largest of {stats.Count}") : "";
        return $"{name} = {StepText.Number(value)} is {StepText.Number(Math.Abs(value) / stats.Rms)} times the root mean square of its tensor{rank}";
    }

    /// <summary>A way that the gradient takes: one that passes it on as it is skips what the others compute.</summary>
    private static string PathOf(StepTrace trace, TraceTensor tensor, int node, int[] order)
    {
        Node by = trace.Tape[node];
        bool Skips(int other) => trace.Tape[other].Op.PassesGradient(trace.InputsOf(trace.Tape[other], tensor.Tensor)[0]);
        if (Skips(node) && order.Count(Skips) == 1) { return "skip path"; }
        return order.Count(other => trace.Tape[other].Op.Name == by.Op.Name) == 1 ? $"{by.Op.Name} path" : $"path of {by.Op.Name} {(by.Scope.Length > 0 ? $"in {by.Scope}" : FormattableString.Invariant($"{node}"))}";
    }

    private static string HowMuch(double share) => share < 0.2 ? " a little" : share > 0.6 ? " a lot" : "";

    private static string NameOf(StepScene scene, TraceTensor tensor)
    {
        string name = TensorNames.Short(tensor.Id, scene.Frame.Module);
        return tensor.Tensor.Shape.Length == 1 ? name : $"{name}[{scene.Indices}]";
    }

    private static string Counted(long count, string what) => FormattableString.Invariant($"{count} {what}{(count == 1 ? "" : "s")}");
}
