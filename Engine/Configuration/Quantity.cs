using System.Globalization;

namespace PureLlm.Engine.Configuration;

/// <summary>Numbers with units, as the configuration spells them: "2MB", "1.5h", "3M tokens", "2%".</summary>
public static class Quantity
{
    private static readonly (string Suffix, double Factor)[] Counts = [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)];

    private static readonly (string Suffix, double Factor)[] Bytes = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)];

    private static readonly (string Word, double Factor)[] ByteWords =
    [
        ("B", 1), ("bytes", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
    ];

    private static readonly (string Word, BudgetUnit Unit, double Factor)[] BudgetWords =
    [
        ("step", BudgetUnit.Steps, 1), ("steps", BudgetUnit.Steps, 1),
        ("token", BudgetUnit.Tokens, 1), ("tokens", BudgetUnit.Tokens, 1),
        ("ms", BudgetUnit.Seconds, 1e-3),
        ("s", BudgetUnit.Seconds, 1), ("sec", BudgetUnit.Seconds, 1), ("second", BudgetUnit.Seconds, 1), ("seconds", BudgetUnit.Seconds, 1),
        ("m", BudgetUnit.Seconds, 60), ("min", BudgetUnit.Seconds, 60), ("minute", BudgetUnit.Seconds, 60), ("minutes", BudgetUnit.Seconds, 60),
        ("h", BudgetUnit.Seconds, 3600), ("hour", BudgetUnit.Seconds, 3600), ("hours", BudgetUnit.Seconds, 3600),
        ("d", BudgetUnit.Seconds, 86400), ("day", BudgetUnit.Seconds, 86400), ("days", BudgetUnit.Seconds, 86400),
    ];

    /// <summary>A count with the largest suffix that keeps it exact: 3000000 is "3M", 1234 is "1234".</summary>
    public static string Count(double value) => Shortest(value, Counts);

    /// <summary>A size in bytes: 2000000 is "2MB".</summary>
    public static string ByteSize(long value) => Shortest(value, Bytes);

    /// <summary>"120s", "1h 30m", "2000 steps", "3M tokens"; false where the text is no amount with a unit.</summary>
    public static bool TryParseBudget(string text, out Budget budget)
    {
        budget = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        double total = 0;
        BudgetUnit? unit = null;
        while (rest.Length > 0)
        {
            if (!TakeNumber(ref rest, out double value))
            {
                return false;
            }
            double factor = TakeFactor(ref rest);
            int length = rest.IndexOfAnyExcept(Letters);
            string word = (length < 0 ? rest : rest[..length]).ToString();
            (string? known, BudgetUnit wordUnit, double scale) = Array.Find(BudgetWords, entry => entry.Word == word);
            if (known is null || (unit is not null && (unit != wordUnit || unit != BudgetUnit.Seconds)) || (factor != 1 && wordUnit == BudgetUnit.Seconds))
            {
                return false;
            }
            unit = wordUnit;
            total += value * factor * scale;
            rest = rest[word.Length..].TrimStart();
        }
        budget = new Budget(total, unit ?? BudgetUnit.Steps);
        return unit is not null && double.IsFinite(total) && (unit == BudgetUnit.Seconds || (total == Math.Floor(total) && total <= 1e18));
    }

    /// <summary>"2MB", "1.5 GB", "64KiB"; false where the text is no size with a unit.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (!TakeNumber(ref rest, out double value))
        {
            return false;
        }
        string word = rest.ToString();
        double factor = Array.Find(ByteWords, entry => entry.Word == word).Factor;
        double total = Math.Round(value * factor);
        bytes = total <= 1e18 ? (long)total : 0;
        return factor > 0 && total <= 1e18;
    }

    /// <summary>"2%" as 0.02; false where the text is no percentage.</summary>
    public static bool TryParsePercent(string text, out double share)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool isNumber = TakeNumber(ref rest, out double value);
        share = value / 100;
        return isNumber && rest is "%";
    }

    private const string LetterSet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create(LetterSet);

    /// <summary>Takes digits with _ between them, a fraction, an exponent, and the blanks after.</summary>
    private static bool TakeNumber(ref ReadOnlySpan<char> rest, out double value)
    {
        int end = 0;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] is '.' or '_' || IsExponent(rest, end) || (end > 0 && rest[end] is '+' or '-' && IsExponent(rest, end - 1))))
        {
            end++;
        }
        bool isNumber = double.TryParse(rest[..end].ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
        rest = rest[end..].TrimStart();
        return isNumber && double.IsFinite(value);
    }

    private static bool IsExponent(ReadOnlySpan<char> text, int at) =>
        at > 0 && text[at] is 'e' or 'E' && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] is '+' or '-');

    /// <summary>k, M, B or T in front of a word or blank: 3M tokens, 120k steps.</summary>
    private static double TakeFactor(ref ReadOnlySpan<char> rest)
    {
        double factor = 1;
        foreach ((string suffix, double scale) in Counts)
        {
            if (rest.StartsWith(suffix) && rest.Length > 1 && rest[1] == ' ')
            {
                factor = scale;
                rest = rest[1..].TrimStart();
                break;
            }
        }
        return factor;
    }

    private static string Shortest(double value, (string Suffix, double Factor)[] units)
    {
        foreach ((string suffix, double factor) in units)
        {
            double quotient = value / factor;
            if (Math.Abs(quotient) >= 1 && quotient * factor == value && Math.Round(quotient, 3) == quotient)
            {
                return quotient.ToString("R", CultureInfo.InvariantCulture) + suffix;
            }
        }
        return value.ToString("R", CultureInfo.InvariantCulture) + (units == Bytes ? "B" : "");
    }
}
