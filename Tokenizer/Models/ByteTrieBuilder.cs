namespace PureLlm.Tokenizer.Models;

/// <summary>Lays sorted strings out as a double array, in time linear in their bytes.</summary>
/// <remarks>Free places form a list, oldest first. A single child takes the oldest place; several children try a bounded number of young ones, then a new block.</remarks>
internal sealed class ByteTrieBuilder((ReadOnlyMemory<byte> Key, int Value)[] sorted)
{
    private const int Block = 256;
    private const int Tries = 128;
    private const int None = ByteTrie.None;
    private const int NoParent = -2;

    private ByteTrie.Node[] _nodes = [];
    private int[] _nextFree = [];
    private int[] _previousFree = [];
    private int _count;
    private int _oldest = None;
    private int _youngest = None;

    public ByteTrie.Node[] Build()
    {
        AddBlock();
        Take(ByteTrie.Root, parent: NoParent);
        var open = new Stack<(int Node, int From, int To, int Depth)>();
        open.Push((ByteTrie.Root, 0, sorted.Length, 0));
        var children = new List<(byte Label, int From, int To)>();
        while (open.TryPop(out (int Node, int From, int To, int Depth) range))
        {
            int from = range.From;
            while (from < range.To && sorted[from].Key.Length == range.Depth)
            {
                _nodes[range.Node].Value = sorted[from++].Value;
            }
            children.Clear();
            while (from < range.To)
            {
                byte label = sorted[from].Key.Span[range.Depth];
                int to = from + 1;
                while (to < range.To && sorted[to].Key.Span[range.Depth] == label)
                {
                    to++;
                }
                children.Add((label, from, to));
                from = to;
            }
            if (children.Count == 0)
            {
                continue;
            }
            int place = FindBase(children);
            _nodes[range.Node].Base = place;
            foreach ((byte label, int first, int end) in children)
            {
                Take(place ^ label, range.Node);
                open.Push((place ^ label, first, end, range.Depth + 1));
            }
        }
        Array.Resize(ref _nodes, _count);
        return _nodes;
    }

    private int FindBase(List<(byte Label, int From, int To)> children)
    {
        byte first = children[0].Label;
        if (children.Count == 1)
        {
            if (_oldest == None)
            {
                AddBlock();
            }
            return _oldest ^ first;
        }
        int place = _youngest;
        for (int i = 0; i < Tries && place != None; i++, place = _previousFree[place])
        {
            if (Fits(place ^ first, children))
            {
                return place ^ first;
            }
        }
        AddBlock();
        return _count - Block;
    }

    private bool Fits(int place, List<(byte Label, int From, int To)> children)
    {
        foreach ((byte label, _, _) in children)
        {
            if (_nodes[place ^ label].Parent != None)
            {
                return false;
            }
        }
        return true;
    }

    private void Take(int place, int parent)
    {
        _nodes[place].Parent = parent;
        (int previous, int next) = (_previousFree[place], _nextFree[place]);
        _ = previous == None ? _oldest = next : _nextFree[previous] = next;
        _ = next == None ? _youngest = previous : _previousFree[next] = previous;
    }

    private void AddBlock()
    {
        if (_count + Block > _nodes.Length)
        {
            if (_count > Array.MaxLength / 2)
            {
                throw new TokenizerException($"vocabulary: its tokens are too long in all for a search tree (more than {_count} nodes).");
            }
            int length = Math.Max(4 * Block, 2 * _count);
            Array.Resize(ref _nodes, length);
            Array.Resize(ref _nextFree, length);
            Array.Resize(ref _previousFree, length);
        }
        for (int place = _count; place < _count + Block; place++)
        {
            _nodes[place] = new ByteTrie.Node { Parent = None, Value = None };
            _previousFree[place] = _youngest;
            _nextFree[place] = None;
            _ = _youngest == None ? _oldest = place : _nextFree[_youngest] = place;
            _youngest = place;
        }
        _count += Block;
    }
}
