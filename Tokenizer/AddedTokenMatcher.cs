using System.Buffers;
using System.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer;

/// <summary>An added token that was found in a text, as the bytes [Start, End), white space that it takes included.</summary>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End);

/// <summary>Finds added tokens in UTF-8: from left to right, at each place the longest; a trie, entered only where a token may begin.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, byte Next), int> _children = [];
    private readonly List<AddedToken?> _ends = [null];
    private readonly int[] _roots = new int[256];
    private readonly SearchValues<byte> _firstBytes;

    /// <summary>Builds from tokens and the bytes that each is looked for as; an empty pattern is never found, and of equal ones the first counts.</summary>
    public AddedTokenMatcher(IEnumerable<(byte[] Pattern, AddedToken Token)> tokens)
    {
        foreach ((byte[] pattern, AddedToken token) in tokens)
        {
            int node = 0;
            foreach (byte b in pattern)
            {
                if (!_children.TryGetValue((node, b), out int child))
                {
                    child = _ends.Count;
                    _ends.Add(null);
                    _children.Add((node, b), child);
                    if (node == 0)
                    {
                        _roots[b] = child;
                    }
                }
                node = child;
            }
            if (node != 0)
            {
                _ends[node] ??= token;
                HasOrdinary |= !token.IsSpecial;
            }
        }
        _firstBytes = SearchValues.Create([.. Enumerable.Range(0, 256).Where(b => _roots[b] != 0).Select(b => (byte)b)]);
    }

    /// <summary>True where there are tokens to be found even when special ones are not.</summary>
    public bool HasOrdinary { get; }

    /// <summary>Lists what is found; where <paramref name="special"/> is false, a place that spells a special token is passed over.</summary>
    public void Find(ReadOnlySpan<byte> utf8, bool special, List<AddedTokenMatch> matches)
    {
        matches.Clear();
        int taken = 0;
        for (int i = 0; i < utf8.Length;)
        {
            int skip = utf8[i..].IndexOfAny(_firstBytes);
            if (skip < 0)
            {
                break;
            }
            i += skip;
            if (Longest(utf8, i, out int length) is not { } token)
            {
                i++;
                continue;
            }
            int start = i, end = i + length;
            i = end;
            if ((token.IsSpecial && !special) || (token.SingleWord && TouchesWord(utf8, start, end)))
            {
                continue;
            }
            if (token.StripsLeft)
            {
                start = Math.Max(taken, SpaceBefore(utf8, start));
            }
            if (token.StripsRight)
            {
                end = SpaceAfter(utf8, end);
            }
            matches.Add(new AddedTokenMatch(token, start, end));
            taken = end;
        }
    }

    private AddedToken? Longest(ReadOnlySpan<byte> utf8, int start, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        int node = _roots[utf8[start]];
        for (int i = start + 1; ; i++)
        {
            if (_ends[node] is { } token)
            {
                (longest, length) = (token, i - start);
            }
            if (i == utf8.Length || !_children.TryGetValue((node, utf8[i]), out node))
            {
                return longest;
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
