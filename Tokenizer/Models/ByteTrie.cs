namespace PureLlm.Tokenizer.Models;

/// <summary>Byte strings with a value each, as a double array: a step of a walk is one read, and the child of a node under byte b stands at Base ^ b.</summary>
/// <remarks>Aoe 1989, "An efficient digital search algorithm by using a double-array structure". Immutable after the constructor.</remarks>
internal sealed class ByteTrie
{
    /// <summary>The node where every walk begins.</summary>
    public const int Root = 0;

    /// <summary>The value of a node at which no string ends, and the node of a walk that has left the trie.</summary>
    public const int None = -1;

    private readonly Node[] _nodes;

    /// <summary>Builds from (string, value) pairs; of two equal strings the later one counts, and empty strings are left out.</summary>
    public ByteTrie(IEnumerable<(ReadOnlyMemory<byte> Key, int Value)> entries)
    {
        (ReadOnlyMemory<byte> Key, int Value)[] sorted = [.. entries.Where(e => e.Key.Length > 0)];
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(order, (a, b) =>
        {
            int comparison = sorted[a].Key.Span.SequenceCompareTo(sorted[b].Key.Span);
            return comparison != 0 ? comparison : a.CompareTo(b);
        });
        _nodes = new ByteTrieBuilder([.. order.Select(i => sorted[i])]).Build();
    }

    /// <summary>The nodes, for a walk in a tight loop: the child under byte b is Base ^ b, if its Parent says so.</summary>
    public ReadOnlySpan<Node> Nodes => _nodes;

    /// <summary>The child of <paramref name="node"/> under a byte, or <see cref="None"/>.</summary>
    public int Step(int node, byte label)
    {
        int next = _nodes[node].Base ^ label;
        return _nodes[next].Parent == node ? next : None;
    }

    /// <summary>The value of the string that ends at this node, or <see cref="None"/>.</summary>
    public int Value(int node) => _nodes[node].Value;

    /// <summary>The node that a string leads to, or <see cref="None"/>.</summary>
    public int Walk(int node, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length && node != None; i++)
        {
            node = Step(node, bytes[i]);
        }
        return node;
    }

    /// <summary>The value of the longest string that begins <paramref name="bytes"/>, and its length; None where there is none.</summary>
    public int Longest(int node, ReadOnlySpan<byte> bytes, out int length)
    {
        int value = None;
        length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            node = Step(node, bytes[i]);
            if (node == None)
            {
                break;
            }
            if (_nodes[node].Value != None)
            {
                value = _nodes[node].Value;
                length = i + 1;
            }
        }
        return value;
    }

    /// <summary>A node; a free place has the parent −1, and a node without children the base 0, where no child can name it as parent.</summary>
    internal struct Node
    {
        public int Base;
        public int Parent;
        public int Value;
    }
}
