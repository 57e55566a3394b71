using PureLlm.Autograd;
using PureLlm.Autograd.Inspection.Explanations;

namespace PureLlm.Engine.Inspection;

/// <summary>Who added what to a tensor's gradient, in the order of arrival.</summary>
/// <remarks>A row is what was there after a node ran backward less what was there before. That alone would add up by itself;
/// so the terms of every row are added up again for the selected element, and held to the recorded gradient.</remarks>
internal static class LedgerBook
{
    /// <summary>Elements that are shown beside each other.</summary>
    public const int Columns = 8;

    /// <summary>The ledger of a tensor with a gradient; null of one without.</summary>
    public static LedgerView? Of(StepScene scene, TraceTensor tensor)
    {
        if (!tensor.Tensor.NeedsGradient || scene.Element < 0) { return null; }
        StepTrace trace = scene.Trace;
        int[] elements = Window(tensor.Tensor.Shape, scene.Element), order = trace.ContributorsOf(tensor);
        List<LedgerRowView> rows = [Row(scene, trace.Find("z")!, "zero", new double[elements.Length])];
        if (ReferenceEquals(tensor.Tensor, trace.LossTensor)) { rows.Add(Row(scene, trace.Find("s")!, "seed", [.. elements.Select(_ => 1.0)])); }
        foreach (int node in order)
        {
            TensorReading share = new(tensor, TensorPart.Share, node);
            rows.Add(Row(scene, FrameOf(trace, tensor, node), Name(trace, node, order), [.. elements.Select(element => trace.At(share, element))]));
        }
        double[] total = new double[elements.Length], gradient = [.. elements.Select(element => trace.At(new TensorReading(tensor, TensorPart.Gradient), element))];
        foreach (LedgerRowView row in rows)
        {
            for (int i = 0; i < total.Length; i++) { total[i] += row.Values[i]; }
        }
        ProofView proof = Prove(trace, tensor, order, scene.Element, total, gradient, Array.IndexOf(elements, scene.Element));
        IReadOnlyList<double> slopes = MeasuredProofs.Slopes(scene, tensor, elements);
        return new LedgerView
        {
            Tensor = tensor.Id,
            Elements = [.. elements.Select(element => ElementText.Of(tensor.Tensor.Shape, element))],
            Rows = rows,
            Total = total,
            Gradient = gradient,
            FiniteDifference = slopes,
            Proof = slopes.Count == 0 || elements.All(element => MeasuredProofs.Agrees(trace, tensor, element))
                ? proof
                : proof with { Passed = false, Detail = $"{proof.Detail}; but the finite differences disagree" },
        };
    }

    /// <summary>The frame in which a node's share reaches a tensor.</summary>
    public static Frame FrameOf(StepTrace trace, TraceTensor tensor, int node)
    {
        int input = trace.InputsOf(trace.Tape[node], tensor.Tensor)[0];
        return trace.Find(FormattableString.Invariant($"a{node}.{input}")) ?? trace.Find(FormattableString.Invariant($"b{node}"))!;
    }

    /// <summary>Who a row is from: the operation, with its module where two have the same name.</summary>
    public static string Name(StepTrace trace, int node, int[] order)
    {
        Node by = trace.Tape[node];
        bool isUnique = order.Count(other => trace.Tape[other].Op.Name == by.Op.Name) == 1;
        string inside = by.Scope.Length > 0 ? by.Scope : FormattableString.Invariant($"node {node}");
        return isUnique && by.Scope.Length == 0 ? by.Op.Name : $"{by.Op.Name} ({inside})";
    }

    private static LedgerRowView Row(StepScene scene, Frame frame, string from, double[] values) =>
        new(frame.Id, frame.Index, from, values, frame.Index > scene.Frame.Index, scene.CursorOf(frame));

    /// <summary>The elements around one in its row.</summary>
    private static int[] Window(Shape shape, int element)
    {
        int columns = Math.Max(1, shape.Columns), row = element / columns * columns;
        int first = Math.Clamp((element % columns) - 3, 0, Math.Max(0, columns - Columns));
        return [.. Enumerable.Range(row + first, Math.Min(Columns, columns - first))];
    }

    private static ProofView Prove(StepTrace trace, TraceTensor tensor, int[] order, int element, double[] total, double[] gradient, int column)
    {
        double expected = ReferenceEquals(tensor.Tensor, trace.LossTensor) ? 1 : 0, unit = 0, tolerance = 0;
        bool areRowsRight = true;
        for (int i = 0; i < total.Length; i++) { areRowsRight &= total[i].Equals(gradient[i]); }
        if (order.Any(node => OpExplainers.Find(trace.Tape[node].Op) is null))
        {
            return new ProofView("Σ rows = gradient", gradient[column], total[column], areRowsRight ? 0 : double.PositiveInfinity, 0, "ULP", areRowsRight, "the recorded shares; an operation among them has no terms");
        }
        foreach (int node in order)
        {
            Explained explained = Explained.Of(trace, tensor, node, element);
            expected += explained.Sum;
            unit += explained.Unit;
            tolerance = Math.Max(tolerance, explained.Proof.Tolerance);
        }
        double distance = gradient[column].Equals(expected) ? 0 : Math.Abs(gradient[column] - expected);
        double ulps = distance == 0 ? 0 : double.IsNaN(distance) ? double.PositiveInfinity : distance / unit;
        string detail = order.Length == 0 ? "nothing adds to it" : order.Length == 1 ? "the terms of 1 consumer, added up again in float64" : FormattableString.Invariant($"the terms of {order.Length} consumers, added up again in float64");
        return new ProofView("Σ rows = gradient", gradient[column], expected, ulps, tolerance, "ULP", areRowsRight && ulps <= tolerance, detail);
    }
}
