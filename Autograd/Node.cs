using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <summary>One applied operation on the tape: what went in, what came out, what is kept for the backward pass.</summary>
public sealed class Node
{
    internal Node(int index) => Index = index;

    /// <summary>Position on the tape, from 0.</summary>
    public int Index { get; }

    public Op Op { get; internal set; } = null!;

    /// <summary>Path of the module that applied it: "blocks.0.attention".</summary>
    public string Scope { get; internal set; } = "";

    /// <summary>The tensors that went in, in the order of the op's formula.</summary>
    public ReadOnlySpan<Tensor> Inputs => inputs.AsSpan(0, InputCount);

    public Tensor Output { get; internal set; } = null!;

    /// <summary>What <see cref="Op.Forward"/> keeps; empty if nothing.</summary>
    public View Saved { get; internal set; }

    /// <summary>Scratch of the running call, shared by all nodes.</summary>
    public View Workspace { get; internal set; }

    /// <summary>Whether <see cref="Op.Backward"/> adds to the gradient of this input; else it is the first to touch it and overwrites what is there.</summary>
    public bool Adds(int input) => (overwritten & (1u << input)) == 0;

    /// <summary>Whether the gradient of this input lies in the memory of the output's: it is there already.</summary>
    public bool IsPassed(int input) => inputs[input].Grad == Output.Grad;

    /// <summary>Whether <see cref="Op.Forward"/> has run in this step; see <see cref="Op.ComputesOutputBackward"/>.</summary>
    public bool IsComputed { get; internal set; } = true;

    /// <summary>What the module that applied it declared to belong together; 0: nothing.</summary>
    internal int Segment { get; set; }

    internal Tensor[] inputs = [];
    internal int InputCount, SavedLength, WorkspaceLength;
    internal TensorBuffer? Memory;
    internal uint overwritten;

    internal bool HasTwice(Tensor input)
    {
        int count = 0;
        foreach (Tensor other in Inputs) { count += ReferenceEquals(other, input) ? 1 : 0; }
        return count > 1;
    }

    public override string ToString() => $"{Index} {Op.Name} → {Output}";
}
