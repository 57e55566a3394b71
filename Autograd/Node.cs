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

    internal Tensor[] inputs = [];
    internal int InputCount;
    internal TensorBuffer? Memory;

    public override string ToString() => $"{Index} {Op.Name} → {Output}";
}
