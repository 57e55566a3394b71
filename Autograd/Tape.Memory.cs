using PureLlm.Autograd.Memory;
using PureLlm.Kernels;

namespace PureLlm.Autograd;

/// <content>Where values lie: each node with memory of its own, or all by one plan.</content>
public sealed partial class Tape
{
    private MemoryPlan? plan;
    private TensorBuffer? workspace;

    // ---- every node its own

    /// <summary>Gives a node memory for its output, its gradient and what it saves.</summary>
    private void Allocate(Node node)
    {
        int length = node.Output.Shape.Length, saved = node.SavedLength, output = Aligned(length), total = output + (node.Output.NeedsGradient ? output : 0) + Aligned(saved);
        if (node.Memory is null || node.Memory.Length < total)
        {
            FloatsHeld += total - (node.Memory?.Length ?? 0);
            node.Memory?.Dispose();
            node.Memory = backend.Allocate(total);
        }
        node.Output.Place(new View(node.Memory, 0, length), node.Output.NeedsGradient ? new View(node.Memory, output, length) : default);
        node.Saved = saved == 0 ? default : new View(node.Memory, total - Aligned(saved), saved);
        node.Workspace = node.WorkspaceLength == 0 ? default : Scratch(node.WorkspaceLength);
    }

    private View Scratch(int length)
    {
        if (workspace is null || workspace.Length < length)
        {
            TensorBuffer? old = workspace;
            workspace = backend.Allocate(length);
            foreach (Node node in nodes)
            {
                if (!node.Workspace.IsEmpty) { node.Workspace = new View(workspace, 0, node.Workspace.Length); }
            }
            old?.Dispose();
        }
        return new View(workspace, 0, length);
    }

    /// <summary>Rounds up to 16 floats, so that every view starts on a 64-byte line.</summary>
    private static int Aligned(int length) => (length + 15) & ~15;

    // ---- by plan

    /// <summary>Notes an operation that the plan does not have; it runs when all are known.</summary>
    private void Postpone(Node node, Op op, ReadOnlySpan<Tensor> inputs, bool repeats)
    {
        if (plan is not null) { Forget(); }
        if (!repeats || node.Segment != segment) { Describe(node, op, inputs); }
        Count++;
        node.Output.Pending = this;
    }

    /// <summary>Gives up the plan: everything since the last reset has to be computed again.</summary>
    private void Forget()
    {
        plan?.Dispose();
        plan = null;
        FloatsHeld = 0;
        for (int i = 0; i < Count; i++) { nodes[i].Output.Pending = this; }
    }

    /// <summary>Computes a tensor that someone asks for, with all others.</summary>
    /// <exception cref="InvalidOperationException">The tape was reset since.</exception>
    internal void Compute(Tensor tensor)
    {
        if (tensor.Position >= Count || !ReferenceEquals(nodes[tensor.Position].Output, tensor))
        {
            throw new InvalidOperationException($"{tensor} was not computed before its tape was reset; read it before.");
        }
        if (plan is null) { Plan(); }
        if (!nodes[Count - 1].IsComputed)
        {
            Complete(nodes[Count - 1], runs: true);
        }
    }

    /// <summary>Plans the operations so far as a whole and runs them.</summary>
    private void Plan()
    {
        Node[] sequence = [.. nodes[..Count]];
        foreach (Node node in sequence) { node.Output.Pending = null; }
        plan = new MemoryPlan(backend, sequence, records, memory!);
        FloatsHeld = plan.Floats;
        foreach (Node node in sequence) { Run(node); }
    }

    /// <summary>Runs a node by plan; a last one whose output comes with its gradient waits for the backward pass, or for someone to ask.</summary>
    private void Run(Node node)
    {
        node.IsComputed = !(node.Op.ComputesOutputBackward && node.Output.NeedsGradient && node.Index == plan!.Count - 1);
        if (node.IsComputed) { plan!.Forward(node.Index, Observer); }
        else
        {
            plan!.Place(node.Index);
            node.Output.Pending = this;
        }
    }

    /// <summary>Runs the last node, or notes that its backward pass did so.</summary>
    private void Complete(Node node, bool runs = false)
    {
        node.IsComputed = true;
        node.Output.Pending = null;
        if (runs) { plan!.Forward(node.Index, Observer); }
        else { Observer?.OnForward(node); }
    }

    /// <summary>Sees to it that the plan is that of a backward pass from <paramref name="output"/>.</summary>
    private void Prepare(Tensor output)
    {
        if (Count == 0 || !ReferenceEquals(nodes[Count - 1].Output, output))
        {
            throw new InvalidOperationException($"A tape that plans its memory back-propagates from its last tensor, {(Count == 0 ? "and it has none" : nodes[Count - 1].Output)}, not from {output}; make the tape without a plan.");
        }
        if (plan is not null && plan.Count != Count) { Forget(); }
        if (plan is null) { Plan(); }
    }
}
