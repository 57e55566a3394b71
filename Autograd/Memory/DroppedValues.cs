namespace PureLlm.Autograd.Memory;

/// <summary>Decides which outputs are not kept for the backward pass but computed again.</summary>
/// <remarks>Only outputs that are read inside their own segment alone. By blocks: all of them. Selectively: outputs of cheap operations
/// (<see cref="Op.IsCheap"/>) whose inputs are there anyway, because a gradient needs them or because they in turn are cheap.
/// The last segment is kept: its backward pass comes at once, when those before it need no memory yet.</remarks>
internal readonly struct DroppedValues
{
    public DroppedValues(Node[] nodes, bool[] reached, Recomputation checkpointing, Func<Tensor, int> producer)
    {
        Values = new bool[nodes.Length];
        if (checkpointing == Recomputation.None) { return; }
        bool[] isRead = new bool[nodes.Length], isNeeded = new bool[nodes.Length], leaves = new bool[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            Node node = nodes[i];
            isNeeded[i] |= reached[i] && node.Op.BackwardReadsOutput;
            for (int k = 0; k < node.InputCount; k++)
            {
                int from = producer(node.inputs[k]);
                if (from < 0) { continue; }
                isRead[from] = true;
                leaves[from] |= nodes[from].Segment != node.Segment;
                isNeeded[from] |= reached[i] && node.Op.BackwardReads(k);
            }
        }
        int last = 0;
        foreach (Node node in nodes) { last = Math.Max(last, node.Segment); }
        for (int i = 0; i < nodes.Length; i++)
        {
            bool isInside = nodes[i].Segment != 0 && nodes[i].Segment != last && isRead[i] && !leaves[i];
            Values[i] = isInside && (checkpointing == Recomputation.Block || (nodes[i].Op.IsCheap && IsThere(nodes[i], isNeeded, Values, producer)));
        }
    }

    /// <summary>Whether each output is computed again.</summary>
    public bool[] Values { get; }

    private static bool IsThere(Node node, bool[] isNeeded, bool[] dropped, Func<Tensor, int> producer)
    {
        foreach (Tensor input in node.Inputs)
        {
            int from = producer(input);
            if (from >= 0 && !isNeeded[from] && !dropped[from]) { return false; }
        }
        return true;
    }
}
