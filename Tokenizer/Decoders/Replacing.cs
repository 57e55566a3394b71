using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>Plain replacement in UTF-8.</summary>
internal static class Replacing
{
    /// <summary>Appends the text with every occurrence of a pattern replaced, from left to right; an empty pattern occurs nowhere.</summary>
    public static void All(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> by, ByteWriter result)
    {
        while (!pattern.IsEmpty && text.IndexOf(pattern) is >= 0 and int at)
        {
            result.Write(text[..at]);
            result.Write(by);
            text = text[(at + pattern.Length)..];
        }
        result.Write(text);
    }

    /// <summary>How many bytes at the end of the text may be the beginning of the pattern.</summary>
    public static int PossibleStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        for (int length = Math.Min(text.Length, pattern.Length - 1); length > 0; length--)
        {
            if (pattern.StartsWith(text[^length..]))
            {
                return length;
            }
        }
        return 0;
    }
}
