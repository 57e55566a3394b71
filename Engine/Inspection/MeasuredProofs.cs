using PureLlm.Autograd.Inspection;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Training;
using PureLlm.Kernels;

namespace PureLlm.Engine.Inspection;

/// <summary>Proofs by measuring: gradients beside finite differences of the loss, results beside float64.</summary>
/// <remarks>Errors are relative to the largest gradient of the tensor, or to <see cref="ModelGradientCheck.SmallestScale"/> where all are smaller:
/// near 0 there is nothing else to be relative to.</remarks>
internal static class MeasuredProofs
{
    /// <summary>Multiply-adds up to which a proof is made unasked.</summary>
    private const double Unasked = 1e6;

    /// <summary>Multiply-adds that a check which was asked for may take.</summary>
    private const double Asked = 6e9;

    private const int Samples = 64, Evaluations = 2;

    /// <summary>The proofs at a cursor: unasked where they are cheap, else those that its view asks for.</summary>
    public static IReadOnlyList<ProofView> Of(StepScene scene)
    {
        List<ProofView> proofs = [];
        if (scene.Element < 0) { return proofs; }
        string view = scene.Cursor.View;
        double cost = scene.Trace.Cost;
        if (scene.Frame.Kind == FrameKind.Forward)
        {
            if (view is "check" or "check-tensor" || StepCost.Alone(scene.Node!) <= Unasked) { proofs.Add(Result(scene)); }
            return proofs;
        }
        if (!CanMeasure(scene)) { return proofs; }
        TraceTensor tensor = scene.Subject!.Value.Tensor;
        if (view is "check" || cost * Evaluations <= Unasked) { proofs.Add(Element(scene.Trace, tensor, scene.Element)); }
        if (view is "check-tensor") { proofs.AddRange(Tensor(scene, tensor)); }
        return proofs;
    }

    /// <summary>Slopes along some elements, where all of them are cheap enough or asked for; else none.</summary>
    public static IReadOnlyList<double> Slopes(StepScene scene, TraceTensor tensor, int[] elements)
    {
        double cost = scene.Trace.Cost * Evaluations * elements.Length;
        bool isWanted = cost <= Unasked || (scene.Cursor.View is "check" or "check-tensor" && cost <= Asked / 10);
        return isWanted && CanMeasure(scene) ? [.. elements.Select(element => scene.Trace.Difference(tensor, element).Slope)] : [];
    }

    /// <summary>One gradient beside its difference.</summary>
    public static ProofView Element(StepTrace trace, TraceTensor tensor, int element)
    {
        double gradient = trace.At(new TensorReading(tensor, TensorPart.Gradient), element), error = Error(trace, tensor, element, out LossCorner? met);
        FiniteDifference difference = trace.Difference(tensor, element);
        string consumers = trace.ContributorsOf(tensor).Length is > 1 and int count ? FormattableString.Invariant($"; the sum over {count} consumers") : "";
        string corner = met is { } sides ? $"; a corner: slope {StepText.Number(sides.Left)} to the left, {StepText.Number(sides.Right)} to the right, the gradient is between" : "";
        return new ProofView("finite difference", gradient, difference.Slope, error, ModelGradientCheck.Tolerance, "relative", error <= ModelGradientCheck.Tolerance,
            $"L(w+ε) = {StepText.Loss(difference.Above)}, L(w−ε) = {StepText.Loss(difference.Below)}, ε = {StepText.Number(difference.Step)}{consumers}{corner}");
    }

    /// <summary>Whether the gradient of an element is its difference, within the tolerance.</summary>
    public static bool Agrees(StepTrace trace, TraceTensor tensor, int element) => Error(trace, tensor, element, out LossCorner? _) <= ModelGradientCheck.Tolerance;

    private static bool CanMeasure(StepScene scene) =>
        scene.Subject is { } subject && subject.Tensor.Tensor.NeedsGradient && (subject.Tensor.Consumers.Count > 0 || subject.Tensor.Tensor == scene.Trace.LossTensor)
        && (scene.Frame.Kind != FrameKind.Zero || scene.Cursor.View is "check" or "check-tensor");

    /// <summary>The distance from a difference that a gradient of a tensor may have.</summary>
    public static double SlackOf(StepTrace trace, TraceTensor tensor) => ModelGradientCheck.Tolerance * ScaleOf(trace, tensor);

    private static double ScaleOf(StepTrace trace, TraceTensor tensor) => Math.Max(ModelGradientCheck.SmallestScale, trace.Summary(new TensorReading(tensor, TensorPart.Gradient)).Stats.MaxAbs);

    private static double Error(StepTrace trace, TraceTensor tensor, int element, out LossCorner? corner)
    {
        double gradient = trace.At(new TensorReading(tensor, TensorPart.Gradient), element), error = Math.Abs(gradient - trace.Difference(tensor, element).Slope) / ScaleOf(trace, tensor);
        corner = null;
        if (error <= ModelGradientCheck.Tolerance) { return error; }
        if (LossCorner.Find(trace, tensor, element) is { } found && found.Admits(gradient, SlackOf(trace, tensor)))
        {
            corner = found;
            return 0;
        }
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    /// <summary>Up to 64 elements of a tensor, the largest first and then drawn: differences, and terms where the frame has a rule.</summary>
    private static IEnumerable<ProofView> Tensor(StepScene scene, TraceTensor tensor)
    {
        StepTrace trace = scene.Trace;
        int length = tensor.Tensor.Shape.Length, count = (int)Math.Clamp(Asked / (trace.Cost * Evaluations), 4, Samples);
        int[] elements = Choose(trace.Summary(new TensorReading(tensor, TensorPart.Gradient)).Largest.Select(one => one.Element), length, count, tensor.Id);
        (int worst, double error) = Worst(elements, element => Error(trace, tensor, element, out LossCorner? _));
        string which = elements.Length == length ? FormattableString.Invariant($"all {length} elements") : FormattableString.Invariant($"{elements.Length} of {length} elements, the largest and some drawn");
        yield return new ProofView("finite differences of the tensor", trace.At(new TensorReading(tensor, TensorPart.Gradient), worst), trace.Difference(tensor, worst).Slope, error,
            ModelGradientCheck.Tolerance, "relative", error <= ModelGradientCheck.Tolerance, $"{which}; worst at {ElementText.Of(tensor.Tensor.Shape, worst)}");
        if (scene.Explainer is null || scene.SubjectInputs.Count == 0) { yield break; }

        (worst, double _) = Worst(elements, element => Explained.Of(trace, tensor, scene.Frame.Node, element).Proof is var proof && proof.Error == 0 ? 0 : proof.Error / proof.Tolerance);
        yield return Explained.Of(trace, tensor, scene.Frame.Node, worst).Proof with { Name = "Σ terms = kernel, of the tensor", Detail = $"{which}; worst at {ElementText.Of(tensor.Tensor.Shape, worst)}" };
    }

    /// <summary>A result of the kernels beside the textbook formula in float64.</summary>
    private static ProofView Result(StepScene scene)
    {
        TensorReading reading = scene.Subject!.Value;
        double kernel = scene.Trace.At(reading, scene.Element), expected = scene.Trace.Reference(scene.Frame.Node)[scene.Element];
        double scale = Math.Max(ModelGradientCheck.SmallestScale, scene.Trace.Summary(reading).Stats.MaxAbs);
        double error = kernel.Equals(expected) ? 0 : Math.Abs(kernel - expected) / scale;
        if (double.IsNaN(error)) { error = double.IsNaN(kernel) && double.IsNaN(expected) ? 0 : double.PositiveInfinity; }
        return new ProofView("float64 = kernel", kernel, expected, error, GradientCheck.Tolerance, "relative", error <= GradientCheck.Tolerance, "the textbook formula on the same inputs");
    }

    private static (int Element, double Error) Worst(int[] elements, Func<int, double> error)
    {
        (int worst, double largest) = (elements[0], -1);
        foreach (int element in elements)
        {
            double mine = error(element);
            if (mine > largest) { (worst, largest) = (element, mine); }
        }
        return (worst, largest);
    }

    private static int[] Choose(IEnumerable<int> largest, int length, int count, string name)
    {
        if (length <= count) { return [.. Enumerable.Range(0, length)]; }
        List<int> chosen = [.. largest.Take(count)];
        RandomStream stream = new(1, StableHash.Of(name));
        for (ulong draw = 0; chosen.Count < count; draw++)
        {
            int candidate = CounterRandom.Below(stream, draw, length);
            if (!chosen.Contains(candidate)) { chosen.Add(candidate); }
        }
        return [.. chosen];
    }
}
