using System.Buffers;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer;

/// <summary>An added token that was found in a text, as the bytes [Start, End), white space that it takes included.</summary>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End);

/// <summary>Finds added tokens in UTF-8: from left to right, at each place the longest; linear in the text, whatever the tokens are.</summary>
/// <remarks>
/// Aho and Corasick 1975, on the reversed tokens: read from its end, the text tells at each place the longest token that starts there.
/// A walk from the left then takes those that do not overlap.
/// </remarks>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, byte Next), int> _children = [];
    private readonly int[] _roots = new int[256];
    private readonly int[] _shorter;
    private readonly (AddedToken? Token, int Length)[] _longest;
    private readonly SearchValues<byte> _lastBytes;

    /// <summary>Builds from tokens and the bytes that each is looked for as; an empty pattern is never found, and of equal ones the first counts.</summary>
    public AddedTokenMatcher(IEnumerable<(byte[] Pattern, AddedToken Token)> tokens)
    {
        List<(AddedToken? Token, int Length)> ends = [default];
        foreach ((byte[] pattern, AddedToken token) in tokens)
        {
            int node = 0;
            for (int i = pattern.Length - 1; i >= 0; i--)
            {
                if (!_children.TryGetValue((node, pattern[i]), out int child))
                {
                    child = ends.Count;
                    ends.Add(default);
                    _children.Add((node, pattern[i]), child);
                }
                node = child;
            }
            if (node != 0)
            {
                ends[node] = ends[node].Token is null ? (token, pattern.Length) : ends[node];
                HasOrdinary |= !token.IsSpecial;
            }
        }
        _longest = [.. ends];
        _shorter = new int[ends.Count];
        Link();
        _lastBytes = SearchValues.Create([.. Enumerable.Range(0, 256).Where(b => _roots[b] != 0).Select(b => (byte)b)]);
    }

    /// <summary>True where there are tokens to be found even when special ones are not.</summary>
    public bool HasOrdinary { get; }

    /// <summary>Lists what is found; where <paramref name="special"/> is false, a place that spells a special token is passed over.</summary>
    public void Find(ReadOnlySpan<byte> utf8, bool special, List<AddedTokenMatch> matches)
    {
        FindAll(utf8, matches);
        int kept = 0, free = 0, taken = 0;
        for (int k = matches.Count - 1; k >= 0; k--)
        {
            (AddedToken token, int start, int end) = matches[k];
            if (start < free)
            {
                continue;
            }
            free = end;
            if ((token.IsSpecial && !special) || (token.SingleWord && TouchesWord(utf8, start, end)))
            {
                continue;
            }
            if (token.StripsLeft)
            {
                start = taken + SpaceBefore(utf8[taken..], Math.Max(0, start - taken));
            }
            if (token.StripsRight)
            {
                end = SpaceAfter(utf8, Math.Max(end, taken));
            }
            taken = end;
            // What is kept goes to the end of the list, which has been read.
            matches[matches.Count - ++kept] = new AddedTokenMatch(token, start, end);
        }
        matches.RemoveRange(0, matches.Count - kept);
        matches.Reverse();
    }

    /// <summary>Lists the longest token at each place where one starts, from right to left.</summary>
    private void FindAll(ReadOnlySpan<byte> utf8, List<AddedTokenMatch> matches)
    {
        matches.Clear();
        int node = 0;
        for (int i = utf8.Length - 1; i >= 0; i--)
        {
            if (node == 0)
            {
                i = utf8[..(i + 1)].LastIndexOfAny(_lastBytes);
                if (i < 0)
                {
                    return;
                }
            }
            node = Step(node, utf8[i]);
            if (_longest[node] is { Token: { } token } found)
            {
                matches.Add(new AddedTokenMatch(token, i, i + found.Length));
            }
        }
    }

    private int Step(int node, byte next)
    {
        while (node != 0)
        {
            if (_children.TryGetValue((node, next), out int child))
            {
                return child;
            }
            node = _shorter[node];
        }
        return _roots[next];
    }

    /// <summary>Links each node to that of its longest true suffix, breadth first, and gives it the suffix's token where it has none.</summary>
    private void Link()
    {
        foreach (((int node, byte next), int child) in _children)
        {
            if (node == 0)
            {
                _roots[next] = child;
            }
        }
        // Children come after their parents, but not by depth: a node's suffix is shorter than the node, wherever it stands.
        ILookup<int, (byte Next, int Child)> children = _children.ToLookup(entry => entry.Key.Node, entry => (entry.Key.Next, entry.Value));
        Queue<int> queue = new(_roots.Where(root => root != 0));
        while (queue.TryDequeue(out int node))
        {
            _longest[node] = _longest[node].Token is null ? _longest[_shorter[node]] : _longest[node];
            foreach ((byte next, int child) in children[node])
            {
                _shorter[child] = Step(_shorter[node], next);
                queue.Enqueue(child);
            }
        }
    }

    private static bool TouchesWord(ReadOnlySpan<byte> utf8, int start, int end) =>
        (Rune.DecodeLastFromUtf8(utf8[..start], out Rune before, out _) == OperationStatus.Done && IsWord(before))
        || (Rune.DecodeFromUtf8(utf8[end..], out Rune after, out _) == OperationStatus.Done && IsWord(after));

    private static int SpaceBefore(ReadOnlySpan<byte> utf8, int start)
    {
        while (Rune.DecodeLastFromUtf8(utf8[..start], out Rune rune, out int length) == OperationStatus.Done && UnicodeSets.WhiteSpace.Contains(rune.Value))
        {
            start -= length;
        }
        return start;
    }

    private static int SpaceAfter(ReadOnlySpan<byte> utf8, int end)
    {
        while (Rune.DecodeFromUtf8(utf8[end..], out Rune rune, out int length) == OperationStatus.Done && UnicodeSets.WhiteSpace.Contains(rune.Value))
        {
            end += length;
        }
        return end;
    }

    private static bool IsWord(Rune rune) => UnicodeSets.WordOrJoiner.Contains(rune.Value);
}
