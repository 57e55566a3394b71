using System.Globalization;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Learning;

/// <summary>Holds a figure of the text to the output that it comes from.</summary>
internal static partial class FigureCheck
{
    /// <summary>Null where the figure is right, else why it is not.</summary>
    public static string? Mismatch(Figure figure, string output)
    {
        string plain = Plain(output);
        if (figure.Expression.Length == 0) { return Contains(plain, figure.Text) ? null : $"{figure.Text} is not in the output of example {figure.Example}"; }
        foreach (Match quoted in Quoted().Matches(figure.Expression))
        {
            if (!Contains(plain, quoted.Groups[1].Value)) { return $"{quoted.Groups[1].Value} is not in the output of example {figure.Example}"; }
        }
        double value = Arithmetic.Evaluate(Quoted().Replace(figure.Expression, "($1)"));
        (double claimed, double unit) = Read(figure.Text) ?? throw new FormatException($"'{figure.Text}' is not a number");
        return Math.Abs(claimed - value) <= 0.5001 * unit ? null : FormattableString.Invariant($"{figure.Expression} is {value:G6}, not {figure.Text}");
    }

    /// <summary>Whether a number of the output, rounded to the digits of the figure, is the figure; other texts must appear as they are.</summary>
    private static bool Contains(string output, string figure)
    {
        if (Read(figure) is not { } claimed) { return output.Contains(Plain(figure), StringComparison.Ordinal); }
        foreach (Match number in Number().Matches(output))
        {
            if (Read(number.Value) is { } real && (real.Value == claimed.Value || (claimed.Unit < 1 && Math.Abs(real.Value - claimed.Value) <= 0.5001 * claimed.Unit))) { return true; }
        }
        return false;
    }

    /// <summary>A number and the value of one unit in its last digit.</summary>
    private static (double Value, double Unit)? Read(string text)
    {
        Match match = Number().Match(Plain(text));
        if (!match.Success || match.Index > 0 || match.Value.Length < Plain(text).TrimEnd(' ', '%').Length) { return null; }
        string digits = match.Value.Replace(",", "", StringComparison.Ordinal);
        string[] halves = digits.Split('e', 'E');
        int point = halves[0].IndexOf('.', StringComparison.Ordinal), decimals = point < 0 ? 0 : halves[0].Length - point - 1;
        int exponent = halves.Length > 1 ? int.Parse(halves[1], CultureInfo.InvariantCulture) : 0;
        return (double.Parse(digits, CultureInfo.InvariantCulture), Math.Pow(10, exponent - decimals));
    }

    private static string Plain(string text) => text.Replace('−', '-');

    [GeneratedRegex(@"\[([^\]]+)\]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")]
    private static partial Regex Number();
}
