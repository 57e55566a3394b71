using PureLlm.Kernels;

namespace PureLlm.Autograd.Memory;

/// <summary>Lists the steps of a forward and backward pass, and from which to which each value is needed.</summary>
/// <remarks>An output lives from its operation to its last reader, forward or (<see cref="Op.BackwardReads"/>) backward. A gradient lives from the first
/// node that touches it to the end of its own node's backward pass. Dropped and 16-bit outputs live twice: in the forward pass, and from where
/// the backward pass makes them again. Knows nothing about where memory lies.</remarks>
internal sealed class PlanBuilder
{
    private readonly Node[] nodes;
    private readonly bool[] reached, dropped, narrowed;
    private readonly int[] lastReader, firstReaderBackward;
    private readonly GradientPassing passing;
    private readonly MemoryBlock?[] values, stores;
    private readonly TapeMemory options;

    public PlanBuilder(Node[] nodes, bool records, TapeMemory options)
    {
        (this.nodes, this.options) = (nodes, options);
        int count = nodes.Length;
        (lastReader, firstReaderBackward) = (new int[count], new int[count]);
        (values, stores, Saved, Gradients) = (new MemoryBlock?[count], new MemoryBlock?[count], new MemoryBlock?[count], new MemoryBlock?[count]);
        (ForwardStarts, BackwardStarts) = (new int[count + 1], new int[count]);
        Array.Fill(lastReader, -1);
        for (int i = 0; i < count; i++)
        {
            foreach (Tensor input in nodes[i].Inputs)
            {
                if (Producer(input) is int producer and >= 0) { lastReader[producer] = i; }
            }
        }
        reached = records ? Reached() : new bool[count];
        dropped = new DroppedValues(nodes, reached, options.Recompute, Producer).Values;
        narrowed = new bool[count];
        passing = new GradientPassing(nodes, reached, Producer);

        // The first time to see who reads what in the backward pass; then it is known what is worth storing in 16 bits.
        List();
        if (options.Activations == StorageFormat.Float32) { return; }
        for (int i = 0; i < count; i++) { narrowed[i] = !dropped[i] && firstReaderBackward[i] >= 0 && !(lastReader[i] == count - 1 && firstReaderBackward[i] == count - 1); }
        List();
    }

    public List<PlanStep> Steps { get; } = [];

    public List<MemoryBlock> Blocks { get; } = [];

    /// <summary>What each node keeps besides its output.</summary>
    public MemoryBlock?[] Saved { get; }

    /// <summary>The gradient of each node's output.</summary>
    public MemoryBlock?[] Gradients { get; }

    /// <summary>First step of each node's forward pass; then the number of forward steps.</summary>
    public int[] ForwardStarts { get; }

    /// <summary>First step of each node's backward pass, which ends with the node's own; later nodes come first.</summary>
    public int[] BackwardStarts { get; }

    private int Now => Steps.Count;

    /// <summary>Position of the node that made a tensor; −1 for what came from outside.</summary>
    private int Producer(Tensor tensor) =>
        (uint)tensor.Position < (uint)nodes.Length && ReferenceEquals(nodes[tensor.Position].Output, tensor) ? tensor.Position : -1;

    private bool[] Reached()
    {
        bool[] touched = new bool[nodes.Length];
        touched[^1] = nodes[^1].Output.NeedsGradient;
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            if (!touched[i]) { continue; }
            foreach (Tensor input in nodes[i].Inputs)
            {
                if (input.NeedsGradient && Producer(input) is int producer and >= 0) { touched[producer] = true; }
            }
        }
        return touched;
    }

    private void List()
    {
        Steps.Clear();
        Blocks.Clear();
        foreach (MemoryBlock?[] kind in (MemoryBlock?[][])[values, stores, Saved, Gradients]) { Array.Clear(kind); }
        Array.Fill(firstReaderBackward, -1);
        for (int i = 0; i < nodes.Length; i++)
        {
            ForwardStarts[i] = Now;
            ListForward(i);
            for (int reader = 0; reader <= i; reader++)
            {
                if (narrowed[reader] && Math.Max(lastReader[reader], reader) == i) { ListNarrow(reader); }
            }
        }
        ForwardStarts[^1] = Now;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (dropped[i]) { values[i] = null; }
        }
        if (reached[^1]) { Gradients[^1] = New(nodes[^1].Output.Shape.Length); }
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            BackwardStarts[i] = Now;
            if (reached[i]) { ListBackward(i); }
        }

        // What no operation reads stays, beyond the last step.
        for (int i = 0; i < nodes.Length; i++)
        {
            if (lastReader[i] < 0) { values[i]?.UseAt(Now); }
        }
    }

    private void ListForward(int i)
    {
        Node node = nodes[i];
        foreach (Tensor input in node.Inputs) { ValueOf(input)?.UseAt(Now); }
        values[i] = New(node.Output.Shape.Length);
        if (node.SavedLength > 0)
        {
            Saved[i] ??= New(node.SavedLength);
            Saved[i]!.UseAt(Now);
        }
        Steps.Add(new PlanStep(PlanAction.Forward, i, values[i], Workspace: Workspace(node)));
    }

    private void ListNarrow(int i)
    {
        values[i]!.UseAt(Now);
        stores[i] = New(Backend.StoredLength(nodes[i].Output.Shape.Length, options.Activations));
        Steps.Add(new PlanStep(PlanAction.Narrow, i, values[i], stores[i]));
        values[i] = null;
    }

    private void ListBackward(int i)
    {
        Node node = nodes[i];
        for (int k = 0; k < node.InputCount; k++)
        {
            if (node.Op.BackwardReads(k)) { Bring(Producer(node.inputs[k]), i); }
        }
        if (node.Op.BackwardReadsOutput) { Bring(i, i); }

        for (int k = 0; k < node.InputCount; k++)
        {
            Tensor input = node.inputs[k];
            if (node.Op.BackwardReads(k)) { ValueOf(input)?.UseAt(Now); }
            if (!input.NeedsGradient || Producer(input) is not (int producer and >= 0)) { continue; }
            Gradients[producer] ??= passing.Passes(i, k) ? Gradients[i] : New(input.Shape.Length);
            Gradients[producer]!.UseAt(Now);
        }
        if (node.Op.BackwardReadsOutput) { values[i]!.UseAt(Now); }
        Saved[i]?.UseAt(Now);
        Gradients[i]!.UseAt(Now);
        Steps.Add(new PlanStep(PlanAction.Backward, i, Workspace: Workspace(node)));
    }

    /// <summary>Makes an output readable: widens it, or runs its node forward again after bringing what that reads.</summary>
    private void Bring(int i, int reader)
    {
        if (i < 0) { return; }
        if (firstReaderBackward[i] < 0) { firstReaderBackward[i] = reader; }
        if (values[i] is not null) { return; }
        if (stores[i] is MemoryBlock store)
        {
            values[i] = New(nodes[i].Output.Shape.Length);
            store.UseAt(Now);
            Steps.Add(new PlanStep(PlanAction.Widen, i, values[i], store));
            return;
        }
        foreach (Tensor input in nodes[i].Inputs) { Bring(Producer(input), reader); }
        ListForward(i);
    }

    private MemoryBlock? ValueOf(Tensor tensor) => Producer(tensor) is int producer and >= 0 ? values[producer] : null;

    private MemoryBlock? Workspace(Node node) => node.WorkspaceLength > 0 ? New(node.WorkspaceLength) : null;

    private MemoryBlock New(int length)
    {
        MemoryBlock block = new(length, Now);
        Blocks.Add(block);
        return block;
    }
}
