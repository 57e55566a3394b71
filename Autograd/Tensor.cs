using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>A named row-major array of floats on a device, with a gradient of the same shape where one is wanted.</summary>
/// <exception cref="ArgumentException">A view's length is not the shape's.</exception>
public sealed class Tensor
{
    public Tensor(string name, Shape shape, View data, View grad = default)
    {
        if (data.IsEmpty || data.Length != shape.Length) { throw new ArgumentException($"'{name}' {shape} needs {shape.Length} floats, its data has {(data.IsEmpty ? 0 : data.Length)}."); }
        if (!grad.IsEmpty && grad.Length != shape.Length) { throw new ArgumentException($"'{name}' {shape} needs {shape.Length} floats, its gradient has {grad.Length}."); }
        (Name, Shape, Data, Grad) = (name, shape, data, grad);
    }

    /// <summary>Path in the model, or of the operation that made it: "blocks.0.norm.weight".</summary>
    public string Name { get; }

    public Shape Shape { get; }

    public View Data { get; }

    /// <summary>∂L/∂this; empty for a constant.</summary>
    public View Grad { get; }

    /// <summary>False for a constant, and for everything on a tape that does not record.</summary>
    public bool NeedsGradient => !Grad.IsEmpty;

    /// <summary>The backward pass that last cleared this gradient; only the tape uses it.</summary>
    internal long ClearedInPass { get; set; } = -1;

    /// <summary>True for what an operation on the tape made: the tape clears its gradient. Others are cleared by their owner.</summary>
    internal bool IsActivation { get; init; }

    public override string ToString() => $"'{Name}' {Shape}";
}
