using System.Text;

namespace PureLlm.Cli.Learning;

/// <summary>Splits a command line into words as a shell does: at spaces, "…" and '…' hold together, a backslash at the end of a line joins it with the next.</summary>
/// <remarks>No variables, pipes or redirections: the examples of lessons have none.</remarks>
internal static class CommandWords
{
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string line)
    {
        List<string> words = [];
        var word = new StringBuilder();
        bool isWord = false;
        char quote = '\0';
        foreach (char c in line.Replace("\\\n", " ", StringComparison.Ordinal))
        {
            if (quote != '\0')
            {
                if (c == quote) { quote = '\0'; }
                else { word.Append(c); }
            }
            else if (c is '"' or '\'')
            {
                (quote, isWord) = (c, true);
            }
            else if (char.IsWhiteSpace(c))
            {
                End();
            }
            else
            {
                word.Append(c);
                isWord = true;
            }
        }
        End();
        return quote == '\0' ? words : throw new FormatException($"'{line}': the {quote} is not closed");

        void End()
        {
            if (isWord) { words.Add(word.ToString()); }
            word.Clear();
            isWord = false;
        }
    }
}
