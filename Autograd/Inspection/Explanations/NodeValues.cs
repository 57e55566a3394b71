using PureLlm.Kernels;

namespace PureLlm.Autograd.Inspection.Explanations;

/// <summary>What one recorded node read and made, as the host sees it; each tensor is read once, when it is first asked for.</summary>
/// <remarks>Valid as long as the tape keeps the step: it must keep every value (a tape without planned memory).</remarks>
public sealed class NodeValues(Backend backend, Node node)
{
    private const int Kept = 16;

    private readonly Dictionary<View, float[]> read = [];
    private readonly Dictionary<object, object> made = [];
    private readonly Queue<object> order = new();

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

    /// <summary>What was computed from these values under the same key before, else makes it: a row of probabilities that the rule, the terms and the remarks all need. The last 16 are kept.</summary>
    public T Remember<T>(object key, Func<T> make) where T : class
    {
        if (made.TryGetValue(key, out object? known)) { return (T)known; }
        T value = make();
        made[key] = value;
        order.Enqueue(key);
        if (order.Count > Kept) { made.Remove(order.Dequeue()); }
        return value;
    }

    /// <summary>The inputs that are the same tensor as this one, itself among them: x·x reads x twice, and ∂L/∂x is the sum of what flows to both.</summary>
    public IReadOnlyList<int> SameAs(int input)
    {
        List<int> same = [];
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (ReferenceEquals(node.Inputs[i], node.Inputs[input])) { same.Add(i); }
        }
        return same;
    }

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
