using System.Globalization;

namespace PureLlm.Engine.Configuration;

/// <summary>Numbers with units, as the configuration spells them: "2MB", "1.5h", "3M tokens", "2%".</summary>
public static class Quantity
{
    private static readonly (string Suffix, double Factor)[] Counts = [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)];

    private static readonly (string Suffix, double Factor)[] Bytes = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)];

    /// <summary>A count with the largest suffix that keeps it exact: 3000000 is "3M", 1234 is "1234".</summary>
    public static string Count(double value) => Shortest(value, Counts);

    /// <summary>A size in bytes: 2000000 is "2MB".</summary>
    public static string ByteSize(long value) => Shortest(value, Bytes);

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
