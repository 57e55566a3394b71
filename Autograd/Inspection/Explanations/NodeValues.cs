using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What one recorded node read and made, as the host sees it; each tensor is read once, when it is first asked for.</summary>
/// <remarks>Valid as long as the tape keeps the step: it must keep every value (a tape without planned memory).</remarks>
public sealed class NodeValues(Backend backend, Node node)
{
    private readonly Dictionary<View, float[]> read = [];

    /// <summary>The recorded node.</summary>
    public Node Node => node;

    public Op Op => node.Op;

    /// <summary>How many tensors went in.</summary>
    public int InputCount => node.Inputs.Length;

    public Shape InputShape(int input) => node.Inputs[input].Shape;

    public Shape OutputShape => node.Output.Shape;

    /// <summary>Values of an input, row-major.</summary>
    public ReadOnlySpan<float> Input(int input) => Read(node.Inputs[input].Data);

    /// <summary>Values of the output.</summary>
    public ReadOnlySpan<float> Output => Read(node.Output.Data);

    /// <summary>∂L/∂output, complete when this node ran backward.</summary>
    public ReadOnlySpan<float> OutputGradient => Read(node.Output.Grad);

    /// <summary>What the op kept for its backward pass; empty if nothing.</summary>
    public ReadOnlySpan<float> Saved => node.Saved.IsEmpty ? [] : Read(node.Saved);

    private float[] Read(View view)
    {
        if (!read.TryGetValue(view, out float[]? values))
        {
            values = new float[view.Length];
            backend.Read(view, values);
            read[view] = values;
        }
        return values;
    }
}
