using System.Text;

namespace PureLlm.Cli.Rendering;

/// <summary>Breaks text into lines of so many characters, at spaces.</summary>
internal static class Paragraph
{
    public static string Wrap(string text, int width = 80)
    {
        var result = new StringBuilder();
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                result.Append('\n');
                column = 0;
            }
            result.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + (column > 0 ? 1 : 0);
        }
        return result.ToString();
    }
}
