namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Puts encoded texts and special tokens side by side; what overflowed on one side is joined with all that is on the other.</summary>
internal static class Joining
{
    /// <summary>All parts in order as one.</summary>
    public static EncodedText Join(IReadOnlyList<EncodedText> parts)
    {
        EncodedText joined = parts.Count == 0 ? new EncodedText([]) : parts[0];
        for (int i = 1; i < parts.Count; i++)
        {
            joined = Join(joined, parts[i]);
        }
        return joined;
    }

    /// <summary>One part with special tokens before and after it, and so each part of its overflow.</summary>
    public static EncodedText Surround(ReadOnlySpan<EncodedToken> before, EncodedText part, ReadOnlySpan<EncodedToken> after)
    {
        EncodedToken[] tokens = [.. before, .. part.Tokens, .. after];
        if (part.Overflow.Count == 0)
        {
            return new EncodedText(tokens);
        }
        var overflow = new EncodedText[part.Overflow.Count];
        for (int i = 0; i < overflow.Length; i++)
        {
            overflow[i] = new EncodedText([.. before, .. part.Overflow[i].Tokens, .. after]);
        }
        return new EncodedText(tokens, overflow);
    }

    private static EncodedText Join(EncodedText left, EncodedText right)
    {
        List<EncodedText> overflow = [];
        foreach (EncodedText more in left.Overflow)
        {
            overflow.Add(Concatenate(more, right));
            overflow.AddRange(right.Overflow.Select(other => Concatenate(more, other)));
        }
        overflow.AddRange(right.Overflow.Select(other => Concatenate(left, other)));
        return new EncodedText([.. left.Tokens, .. right.Tokens], overflow);
    }

    private static EncodedText Concatenate(EncodedText left, EncodedText right) => new([.. left.Tokens, .. right.Tokens]);
}
