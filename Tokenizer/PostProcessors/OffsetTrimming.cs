namespace PureLlm.Tokenizer.PostProcessors;

/// <summary>Takes the white space at both ends of a token out of its byte range.</summary>
internal static class OffsetTrimming
{
    /// <summary>Trims every token; a single space at the beginning of the text stays where it stands for one that was put there.</summary>
    public static void Trim(EncodedText part, bool addPrefixSpace)
    {
        Span<EncodedToken> tokens = part.Items;
        for (int i = 0; i < tokens.Length; i++)
        {
            SurroundingSpace space = tokens[i].Space;
            (int start, int end) = (tokens[i].Start, tokens[i].End);
            bool put = addPrefixSpace && space.Leading == 1 && (i == 0 || start == 0);
            if (space.Leading > 0 && !put)
            {
                start = Math.Min(start + space.LeadingBytes, end);
            }
            if (space.TrailingBytes > 0 && end >= space.TrailingBytes)
            {
                end = Math.Max(end - space.TrailingBytes, start);
            }
            tokens[i] = tokens[i] with { Start = start, End = end };
        }
    }
}
