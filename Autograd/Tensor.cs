using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>A named row-major array of floats on a device, with a gradient of the same shape where one is wanted.</summary>
/// <exception cref="ArgumentException">A view's length is not the shape's.</exception>
public sealed class Tensor
{
    private View data;

    public Tensor(string name, Shape shape, View data, View grad = default)
    {
        if (data.IsEmpty || data.Length != shape.Length) { throw new ArgumentException($"'{name}' {shape} needs {shape.Length} floats, its data has {(data.IsEmpty ? 0 : data.Length)}."); }
        if (!grad.IsEmpty && grad.Length != shape.Length) { throw new ArgumentException($"'{name}' {shape} needs {shape.Length} floats, its gradient has {grad.Length}."); }
        (Name, Shape, this.data, Grad, NeedsGradient) = (name, shape, data, grad, !grad.IsEmpty);
    }

    /// <summary>The output of the node at a position of a tape, which gives it its memory.</summary>
    internal Tensor(string name, Shape shape, int position, bool needsGradient) =>
        (Name, Shape, Position, NeedsGradient) = (name, shape, position, needsGradient);

    /// <summary>Path in the model, or of the operation that made it: "blocks.0.norm.weight".</summary>
    public string Name { get; }

    public Shape Shape { get; }

    public View Data
    {
        get
        {
            Pending?.Compute(this);
            return data;
        }
    }

    /// <summary>∂L/∂this; empty for a constant.</summary>
    public View Grad { get; private set; }

    /// <summary>False for a constant, and for everything on a tape that does not record.</summary>
    public bool NeedsGradient { get; }

    /// <summary>The backward pass that last touched this gradient; only the tape uses it.</summary>
    internal long TouchedInPass { get; set; } = -1;

    /// <summary>Position of the node that made it; −1 for what came from outside. The tape gives the gradient of an activation its first value; others have an owner who does.</summary>
    internal int Position { get; } = -1;

    internal bool IsActivation => Position >= 0;

    /// <summary>The tape that has yet to compute it.</summary>
    internal Tape? Pending { get; set; }

    /// <summary>Moves the tensor to other memory.</summary>
    internal void Place(View data, View grad) => (this.data, Grad) = (data, grad);

    public override string ToString() => $"'{Name}' {Shape}";
}
