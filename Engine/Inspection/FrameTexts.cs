using PureLlm.Autograd;

namespace PureLlm.Engine.Inspection;

/// <summary>The line of a frame: "fwd rms_norm(x, weight)", "bwd rms_norm → x, weight", "acc x ← rms_norm".</summary>
internal static class FrameTexts
{
    private const int Shown = 3;

    public static string Forward(StepTrace trace, Node node)
    {
        List<string> inputs = [];
        foreach (Tensor input in node.Inputs) { inputs.Add(NameOf(trace, input, node)); }
        string output = NameOf(trace, node.Output, node), call = $"{node.Op.Name}({List(inputs)})";
        return output == node.Op.Name || output.StartsWith(node.Op.Name + ".", StringComparison.Ordinal) || output.StartsWith(node.Op.Name + "#", StringComparison.Ordinal) ? $"fwd {call}" : $"fwd {output} = {call}";
    }

    public static string Backward(StepTrace trace, Node node) => $"bwd {node.Op.Name} → {List([.. trace.Receivers(node.Index).Select(tensor => NameOf(trace, tensor.Tensor, node))])}";

    public static string Accumulate(StepTrace trace, Node node, TraceTensor tensor) => $"acc {NameOf(trace, tensor.Tensor, node)} ← {node.Op.Name}";

    private static string NameOf(StepTrace trace, Tensor tensor, Node node) => TensorNames.Short(trace.Of(tensor).Id, node.Scope);

    private static string List(List<string> names) => names.Count <= Shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Shown))}, …";
}
