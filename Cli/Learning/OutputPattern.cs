using System.Text;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Learning;

/// <summary>What a lesson shows of an output: "…" alone on a line stands for any lines, within a line for any text; spaces at line ends do not count.</summary>
internal static class OutputPattern
{
    private const string Anything = "…";

    /// <summary>Null where the output is as it is shown, else what is missing.</summary>
    public static string? Mismatch(IReadOnlyList<string> shown, string output)
    {
        string[] lines = [.. Lines(output)];
        var pattern = new StringBuilder(@"\A");
        foreach (string line in shown) { pattern.Append(line.Trim() == Anything ? @"(?:.*\n)*?" : OfLine(line) + @"\n"); }
        pattern.Append(@"\z");
        if (Matches(pattern.ToString(), string.Concat(lines.Select(line => line + "\n")))) { return null; }
        string? absent = shown.FirstOrDefault(line => line.Trim() != Anything && !lines.Any(real => Matches($@"\A{OfLine(line)}\z", real)));
        return absent is not null ? $"no line of the output is '{absent.Trim()}'" : "the output has these lines, but also others, or in another order";
    }

    private static IEnumerable<string> Lines(string output) => output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd());

    private static string OfLine(string line) => string.Join(".*?", line.TrimEnd().Split(Anything).Select(Regex.Escape));

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
