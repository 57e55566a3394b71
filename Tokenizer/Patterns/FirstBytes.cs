using PureLlm.Tokenizer.Text;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Patterns;

/// <summary>With which bytes a match of a node can begin, and whether it can be empty.</summary>
internal static class FirstBytes
{
    /// <summary>Adds the bytes that can begin a match to <paramref name="bytes"/> [256]; true where the match can be empty.</summary>
    public static bool Add(PatternNode node, bool[] bytes)
    {
        switch (node)
        {
            case SetNode set:
                AddSet(set.Set, bytes);
                return false;
            case SequenceNode sequence:
                foreach (PatternNode item in sequence.Items)
                {
                    if (!Add(item, bytes))
                    {
                        return false;
                    }
                }
                return true;
            case ChoiceNode choice:
                bool empty = false;
                foreach (PatternNode item in choice.Items)
                {
                    empty |= Add(item, bytes);
                }
                return empty;
            case RepeatNode repeat:
                return repeat.Max == 0 || Add(repeat.Body, bytes) || repeat.Min == 0;
            case AtomicNode atomic:
                return Add(atomic.Body, bytes);
            default:
                return true;
        }
    }

    /// <summary>True where a node can match the empty text.</summary>
    public static bool CanBeEmpty(PatternNode node) => node switch
    {
        SetNode => false,
        SequenceNode sequence => sequence.Items.All(CanBeEmpty),
        ChoiceNode choice => choice.Items.Any(CanBeEmpty),
        RepeatNode repeat => repeat.Min == 0 || CanBeEmpty(repeat.Body),
        AtomicNode atomic => CanBeEmpty(atomic.Body),
        _ => true,
    };

    private static void AddSet(CharacterRanges set, bool[] bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < set.Count; i++)
        {
            (int first, int last) = set[i];
            if (last >= Utf8Character.Broken)
            {
                // A broken byte can be any byte above ASCII.
                bytes.AsSpan(0x80).Fill(true);
                last = Utf8Character.Broken - 1;
            }
            for (int c = first; c <= last && c < 0x80; c++)
            {
                bytes[c] = true;
            }
            if (last >= 0x80)
            {
                bytes.AsSpan(Lead(Math.Max(first, 0x80)), Lead(last) - Lead(Math.Max(first, 0x80)) + 1).Fill(true);
            }
        }
    }

    /// <summary>The first byte of a code point above ASCII.</summary>
    private static int Lead(int c) => c < 0x800 ? 0xC0 | (c >> 6) : c < 0x10000 ? 0xE0 | (c >> 12) : 0xF0 | (c >> 18);
}
