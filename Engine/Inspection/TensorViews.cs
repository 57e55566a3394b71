using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>Tensors as they are shown.</summary>
internal static class TensorViews
{
    private const int Largest = 16;

    /// <summary>A tensor at a glance.</summary>
    /// <param name="scene">Where it is shown.</param>
    /// <param name="reading">Which of its numbers.</param>
    /// <param name="symbol">As in the formula.</param>
    /// <param name="element">The selected element; −1: none.</param>
    public static TensorView Of(StepScene scene, TensorReading reading, string symbol, int element = -1) =>
        Of(reading.Tensor, scene.Trace.Summary(reading), reading.Kind, symbol, element);

    /// <summary>Numbers that belong to a tensor and have its shape: a moment of the optimizer, a difference.</summary>
    public static TensorView Of(TraceTensor of, TensorSummary summary, string kind, string symbol, int element = -1)
    {
        Tensor tensor = of.Tensor;
        int columns = Math.Max(1, tensor.Shape.Columns);
        return new TensorView
        {
            Name = of.Id,
            Symbol = symbol,
            Shape = [.. Enumerable.Range(0, tensor.Shape.Rank).Select(i => tensor.Shape[i])],
            Kind = kind,
            Role = of.Role,
            Consumers = of.Consumers.Select(consumer => consumer.Node).Distinct().Count(),
            Stats = summary.Stats,
            Heat = new HeatView(summary.Rows, summary.Columns, summary.RowSize, summary.ColumnSize, summary.Map,
                element < 0 ? -1 : element / columns / summary.RowSize, element < 0 ? -1 : element % columns / summary.ColumnSize),
            Histogram = summary.Histogram,
            Largest = [.. summary.Largest.Take(Largest).Select(one => new ValueView(ElementText.Of(tensor.Shape, one.Element), one.Value))],
        };
    }

    /// <summary>The values of the node's inputs, each tensor once.</summary>
    public static IReadOnlyList<TensorView> Inputs(StepScene scene, Func<int, bool> which)
    {
        List<TensorView> views = [];
        for (int i = 0; i < scene.Node!.Inputs.Length; i++)
        {
            if (!which(i) || scene.Trace.InputsOf(scene.Node, scene.Node.Inputs[i])[0] != i) { continue; }
            views.Add(Of(scene, new TensorReading(scene.Trace.Of(scene.Node.Inputs[i]), TensorPart.Value), scene.SymbolOf(i)));
        }
        return views;
    }

    /// <summary>What the backward rule reads beside ∂L/∂output.</summary>
    public static IReadOnlyList<TensorView> Read(StepScene scene)
    {
        Node node = scene.Node!;
        IReadOnlyList<TensorView> inputs = Inputs(scene, node.Op.BackwardReads);
        return node.Op.BackwardReadsOutput && node.Output.Shape.Rank > 0
            ? [.. inputs, Of(scene, new TensorReading(scene.Trace.Of(node.Output), TensorPart.Value), ElementExplainer.OutputSymbol)]
            : inputs;
    }
}
