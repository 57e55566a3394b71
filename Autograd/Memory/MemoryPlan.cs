using PureLlm.Kernels;

namespace PureLlm.Autograd.Memory;

/// <summary>What a step of a tape does, in order, and where its values lie: made once for a sequence of nodes, then replayed.</summary>
internal sealed class MemoryPlan : IDisposable
{
    // Views count in ints: what does not fit into one buffer of this many words goes to the next.
    private const long ArenaLength = int.MaxValue / 16 * 16;

    private readonly Backend backend;
    private readonly TapeMemory options;
    private readonly Node[] nodes;
    private readonly PlanStep[] steps;
    private readonly int[] forward, backward;
    private readonly TensorBuffer[] arenas;
    private readonly MemoryBlock[][]? released;

    /// <param name="backend">Where the memory is taken.</param>
    /// <param name="nodes">The whole sequence; they get their memory.</param>
    /// <param name="records">Whether there is a backward pass.</param>
    /// <param name="options">How memory is saved.</param>
    public MemoryPlan(Backend backend, Node[] nodes, bool records, TapeMemory options)
    {
        (this.backend, this.nodes, this.options) = (backend, nodes, options);
        PlanBuilder builder = new(nodes, records, options);
        steps = [.. builder.Steps];
        (forward, backward) = (builder.ForwardStarts, builder.BackwardStarts);
        Floats = ArenaLayout.Place(builder.Blocks, ArenaLength);
        arenas = new TensorBuffer[(int)((Floats + ArenaLength - 1) / ArenaLength)];
        for (int i = 0; i < arenas.Length; i++) { arenas[i] = backend.Allocate((int)Math.Min(ArenaLength, Floats - (i * ArenaLength))); }
        foreach (MemoryBlock block in builder.Blocks) { block.View = new View(arenas[(int)(block.Offset / ArenaLength)], (int)(block.Offset % ArenaLength), block.Length); }
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i].Saved = builder.Saved[i]?.View ?? default;
            nodes[i].Output.Place(default, builder.Gradients[i]?.View ?? default);
        }
        if (options.Poisons) { released = [.. Enumerable.Range(0, steps.Length).Select(step => builder.Blocks.Where(block => block.To == step).ToArray())]; }
    }

    /// <summary>Nodes of the sequence.</summary>
    public int Count => nodes.Length;

    /// <summary>Floats of the memory that all values share.</summary>
    public long Floats { get; }

    /// <summary>Runs a node forward and puts away what is not read again before the backward pass.</summary>
    public void Forward(int node, ITapeObserver? observer)
    {
        for (int i = forward[node]; i < forward[node + 1]; i++) { Run(i, observer); }
    }

    /// <summary>Gives a node's output its place without running the node.</summary>
    public void Place(int node) => nodes[node].Output.Place(steps[forward[node]].Value!.View, nodes[node].Output.Grad);

    /// <summary>Brings back what the node's backward pass reads; the caller then runs it and calls <see cref="AfterBackward"/>.</summary>
    public void BeforeBackward(int node)
    {
        for (int i = backward[node]; steps[i].Action != PlanAction.Backward; i++) { Run(i, null); }
        nodes[node].Workspace = steps[BackwardStep(node)].Workspace?.View ?? default;
    }

    public void AfterBackward(int node) => Release(BackwardStep(node));

    public void Dispose()
    {
        foreach (TensorBuffer arena in arenas) { arena.Dispose(); }
    }

    // The steps of node i end where those of node i − 1, the next one backward, begin.
    private int BackwardStep(int node) => (node == 0 ? steps.Length : backward[node - 1]) - 1;

    private void Run(int index, ITapeObserver? observer)
    {
        PlanStep step = steps[index];
        Node node = nodes[step.Node];
        switch (step.Action)
        {
            case PlanAction.Forward:
                node.Output.Place(step.Value!.View, node.Output.Grad);
                node.Workspace = step.Workspace?.View ?? default;
                node.Op.Forward(backend, node);
                observer?.OnForward(node);
                break;
            case PlanAction.Narrow:
                backend.Narrow(step.Value!.View, step.Store!.View, options.Activations);
                break;
            case PlanAction.Widen:
                node.Output.Place(step.Value!.View, node.Output.Grad);
                backend.Widen(step.Store!.View, step.Value.View, options.Activations);
                break;
        }
        Release(index);
    }

    private void Release(int step)
    {
        if (released is null) { return; }
        foreach (MemoryBlock block in released[step]) { backend.Fill(block.View, float.NaN); }
    }
}
