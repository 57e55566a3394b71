using System.Text;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Learning;

/// <summary>What a lesson shows of an output: "…" alone on a line stands for any lines, within a line for any text.</summary>
/// <remarks>How wide a gap or a rule is does not count, nor is the case of letters: columns may be aligned otherwise.</remarks>
internal static partial class OutputPattern
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

    private static IEnumerable<string> Lines(string output) => output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(Narrow);

    private static string OfLine(string line) => string.Join(".*?", Narrow(line).Split(Anything).Select(part => Regex.Escape(part.Trim())));

    private static string Narrow(string line) => Runs().Replace(line.Trim(), "$1");

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [GeneratedRegex("([ ─])\\1+")]
    private static partial Regex Runs();
}
