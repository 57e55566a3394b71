using System.Text;
using PureLlm.Tokenizer;

namespace PureLlm.Cli.Rendering;

/// <summary>Tokens as text that shows their boundaries, and that is safe on a terminal.</summary>
internal static class TokenText
{
    /// <summary>One token: spaces as '·', line ends as '⏎', bytes that are no whole character as &lt;E2&gt;, special tokens by name.</summary>
    /// <param name="tokenizer">Null where only ids are known: the id itself is shown.</param>
    public static string Show(TextTokenizer? tokenizer, int id, bool ascii)
    {
        return tokenizer is null ? $"{id}" : Show(tokenizer.TokenBytes(id).Span, ascii);
    }

    /// <summary>Bytes, in the same way.</summary>
    public static string Show(ReadOnlySpan<byte> bytes, bool ascii)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf8(bytes, out Rune rune, out int taken) == System.Buffers.OperationStatus.Done;
            if (isWhole && (DisplayWidth.Of(rune) >= 0 || rune.Value is '\n' or '\t' or '\r'))
            {
                text.Append(rune.Value switch
                {
                    ' ' => ascii ? "_" : "·",
                    '\n' => ascii ? "\\n" : "⏎",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    _ => ascii && !rune.IsAscii ? $"<U+{rune.Value:X4}>" : rune.ToString(),
                });
            }
            else
            {
                foreach (byte value in bytes[..taken])
                {
                    text.Append($"<{value:X2}>");
                }
            }
            bytes = bytes[taken..];
        }
        return text.ToString();
    }

    /// <summary>Text that cannot move the cursor, change colours or hide what follows: such characters become '�'.</summary>
    public static string Safe(string text)
    {
        if (text.EnumerateRunes().All(IsSafe))
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(IsSafe(rune) ? rune.ToString() : "\uFFFD");
        }
        return result.ToString();
    }

    private static bool IsSafe(Rune rune) => rune.Value is '\n' or '\t' || DisplayWidth.Of(rune) >= 0;
}
