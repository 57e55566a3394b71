namespace PureLlm.Tokenizer;

/// <summary>Cuts encoded texts to a length, before special tokens are added.</summary>
/// <remarks>
/// Lengths are those of the whole texts, and the overflow reaches to their end. Hugging Face's library 0.23 encodes no further than the limit,
/// so that its overflow is cut short, and of two texts beyond the limit another one may count as the longer.
/// </remarks>
internal static class Truncator
{
    /// <summary>Cuts the parts, one text or two, so that with <paramref name="added"/> special tokens they keep to the limit.</summary>
    /// <exception cref="TokenizerException">The limit cannot be kept.</exception>
    public static void Truncate(List<EncodedText> parts, Truncation limit, int added, bool keepsOverflow)
    {
        int most = limit.MaximumLength - added;
        if (most < 0)
        {
            throw new TokenizerException($"truncation: a maximum length of {limit.MaximumLength} has no room for the {added} special tokens; raise it, or add none.");
        }
        if (most > 0 && parts.Sum(p => (long)p.Count) <= most)
        {
            return;
        }
        (int first, int second) = most == 0 ? (0, 0) : Lengths(parts, limit, most);
        parts[0] = Cut(parts[0], first, limit, keepsOverflow);
        if (parts.Count == 2)
        {
            parts[1] = Cut(parts[1], second, limit, keepsOverflow);
        }
    }

    /// <summary>How many tokens of each text stay.</summary>
    private static (int First, int Second) Lengths(List<EncodedText> parts, Truncation limit, int most)
    {
        int first = parts[0].Count, second = parts.Count == 2 ? parts[1].Count : 0;
        switch (limit.Strategy)
        {
            case TruncationStrategy.LongestFirst when parts.Count == 1:
                return (most, 0);
            case TruncationStrategy.LongestFirst:
                int shorter = Math.Min(first, second);
                int longer = shorter > most ? shorter : Math.Max(shorter, most - shorter);
                if (shorter + longer > most)
                {
                    shorter = most / 2;
                    longer = shorter + (most % 2);
                }
                return first > second ? (longer, shorter) : (shorter, longer);
            case TruncationStrategy.OnlyFirst when most - second > 0:
                return (most - second, second);
            case TruncationStrategy.OnlySecond when parts.Count == 2 && most - first > 0:
                return (first, most - first);
            default:
                throw new TokenizerException(limit.Strategy == TruncationStrategy.OnlySecond && parts.Count == 1
                    ? "truncation: only_second needs a second text; give one, or truncate longest_first."
                    : $"truncation: {first} and {second} tokens cannot be cut to {most} in all when only the {(limit.Strategy == TruncationStrategy.OnlyFirst ? "first" : "second")} text gives way; raise the maximum length, or truncate longest_first.");
        }
    }

    private static EncodedText Cut(EncodedText text, int most, Truncation limit, bool keepsOverflow)
    {
        if (most >= text.Count)
        {
            return text;
        }
        if (most == 0)
        {
            return new EncodedText([], keepsOverflow ? [text] : null);
        }
        if (limit.Stride >= most)
        {
            throw new TokenizerException($"truncation: a stride of {limit.Stride} does not move on in parts of {most} tokens; it must be less.");
        }
        int step = most - limit.Stride;
        EncodedText[] parts = [.. (limit.Side == SequenceSide.Right ? FromLeft(text.Count, most, step) : FromRight(text.Count, most, step))
            .Take(keepsOverflow ? int.MaxValue : 1).Select(range => new EncodedText([.. text.Tokens[range]]))];
        return new EncodedText(parts[0].Items, parts[1..]);
    }

    private static IEnumerable<Range> FromLeft(int count, int most, int step)
    {
        for (int start = 0; ; start += step)
        {
            int end = Math.Min(start + most, count);
            yield return start..end;
            if (end == count)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<Range> FromRight(int count, int most, int step)
    {
        for (int end = count; ; end -= step)
        {
            int start = Math.Max(0, end - most);
            yield return start..end;
            if (start == 0)
            {
                yield break;
            }
        }
    }
}
