using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>Where a factor of a term comes from: the frame that made the number.</summary>
internal static class FactorSource
{
    /// <summary>The cursor of the frame that made a factor; null where it was there before the step, or is made inside the rule.</summary>
    /// <remarks>Found by the symbol and the indices in the factor's name, and only if that tensor holds exactly this number there.</remarks>
    public static string? Of(StepScene scene, Factor factor)
    {
        if (factor.Input != -1) { return Told(scene, factor); }
        int bracket = factor.Name.IndexOf('[', StringComparison.Ordinal);
        string symbol = bracket < 0 ? factor.Name : factor.Name[..bracket], place = bracket < 0 ? "" : factor.Name[(bracket + 1)..].TrimEnd(']');
        foreach (TensorReading reading in Named(scene, symbol))
        {
            Shape shape = reading.Tensor.Tensor.Shape;
            int element = 0;
            if (bracket >= 0 && !(place.All(letter => char.IsAsciiDigit(letter) || letter == ',') && ElementText.TryPlace(shape, ElementText.Parse(place), out element))) { continue; }
            if (bracket < 0 && shape.Length != 1) { continue; }
            if (scene.Trace.At(reading, element).Equals(factor.Value) && MadeIn(scene.Trace, reading) is { } frame) { return CursorTo(scene, frame, reading.Tensor, element); }
        }
        return null;
    }

    /// <summary>The same where the explainer says which number it is.</summary>
    private static string? Told(StepScene scene, Factor factor)
    {
        TensorReading reading = factor.Input == Observation.Upstream
            ? new TensorReading(scene.Trace.Of(scene.Node!.Output), TensorPart.Gradient)
            : new TensorReading(scene.Trace.Of(scene.Node!.Inputs[factor.Input]), TensorPart.Value);
        return scene.Trace.At(reading, factor.Element).Equals(factor.Value) && MadeIn(scene.Trace, reading) is { } frame ? CursorTo(scene, frame, reading.Tensor, factor.Element) : null;
    }

    /// <summary>The cursor of an element in a frame.</summary>
    public static string CursorTo(StepScene scene, Frame frame, TraceTensor tensor, int element) =>
        new Cursor(scene.Cursor.Step, frame.Id, StepLevel.Op, tensor.Id, ElementText.Of(tensor.Tensor.Shape, element)).ToString();

    /// <summary>The frame that made a value, or completed a gradient; null: it came from outside.</summary>
    public static Frame? MadeIn(StepTrace trace, TensorReading reading)
    {
        TraceTensor tensor = reading.Tensor;
        if (reading.Part == TensorPart.Value) { return tensor.Producer >= 0 ? trace.Find(FormattableString.Invariant($"f{tensor.Producer}")) : null; }
        if (ReferenceEquals(tensor.Tensor, trace.LossTensor)) { return trace.Find("s"); }
        return trace.ContributorsOf(tensor) is [.., int last] ? LedgerBook.FrameOf(trace, tensor, last) : null;
    }

    /// <summary>The tensors that a symbol of the node's formulas can stand for.</summary>
    private static IEnumerable<TensorReading> Named(StepScene scene, string symbol)
    {
        Node node = scene.Node!;
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (scene.SymbolOf(i) == symbol) { yield return new TensorReading(scene.Trace.Of(node.Inputs[i]), TensorPart.Value); }
        }
        TraceTensor output = scene.Trace.Of(node.Output);
        if (symbol is "dy" or "dL" or "∂L/∂y") { yield return new TensorReading(output, TensorPart.Gradient); }
        if (symbol is "y" or "L") { yield return new TensorReading(output, TensorPart.Value); }
    }
}
