namespace PureLlm.Autograd.Memory;

/// <summary>Decides which input gradients take the memory of their output's gradient instead of a copy of it: those of an addition.</summary>
/// <remarks>The input whose node comes first takes it over, for the output's gradient is complete and nobody reads it again. Another input may
/// share it, read only, where its own backward pass comes before anything else is added.</remarks>
internal sealed class GradientPassing
{
    private readonly Node[] nodes;
    private readonly bool[] reached, isShared;
    private readonly bool[][] passes;
    private readonly List<int>[] readers;
    private readonly Func<Tensor, int> producer;

    public GradientPassing(Node[] nodes, bool[] reached, Func<Tensor, int> producer)
    {
        (this.nodes, this.reached, this.producer) = (nodes, reached, producer);
        readers = new List<int>[nodes.Length];
        passes = new bool[nodes.Length][];
        isShared = new bool[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            readers[i] = [];
            passes[i] = new bool[nodes[i].InputCount];
            if (!reached[i]) { continue; }
            foreach (Tensor input in nodes[i].Inputs)
            {
                if (producer(input) is int from and >= 0) { readers[from].Add(i); }
            }
        }
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            if (reached[i] && !isShared[i]) { Decide(i); }
        }
    }

    /// <summary>Whether the gradient of input <paramref name="input"/> lies where that of the node's output lay.</summary>
    public bool Passes(int node, int input) => passes[node][input];

    private void Decide(int i)
    {
        int owner = -1, first = int.MaxValue;
        for (int k = 0; k < passes[i].Length; k++)
        {
            if (IsFirst(i, k) && From(i, k) < first) { (owner, first) = (k, From(i, k)); }
        }
        if (owner < 0) { return; }
        passes[i][owner] = true;
        for (int k = 0; k < passes[i].Length; k++)
        {
            if (k == owner || !IsFirst(i, k)) { continue; }
            int from = From(i, k);
            bool isReadBefore = readers[from].Count == 1 && from > first && readers[first].TrueForAll(reader => reader == i || reader < from);
            if (isReadBefore) { passes[i][k] = isShared[from] = true; }
        }
    }

    private int From(int i, int k) => producer(nodes[i].inputs[k]);

    /// <summary>Whether the input's gradient is the output's, and this node is the first to touch it: the last one that read the value.</summary>
    private bool IsFirst(int i, int k)
    {
        Tensor input = nodes[i].inputs[k];
        int from = producer(input);
        return from >= 0 && input.NeedsGradient && nodes[i].Op.PassesGradient(k) && readers[from][^1] == i && readers[from].Count(reader => reader == i) == 1;
    }
}
